import { App, TerraformStack, Token } from 'cdktf';
import { Construct } from 'constructs';
import { Acknowledgements, aws, kubernetes, ListenerPurpose, Posture } from '../../lib';
import { synthCluster as synthPods } from '../support/kubernetes/synth';
import { synthCluster } from '../support/synth';
import { warningsOf } from '../support/warnings';

const until = '2027-03-31';
const WHY = 'a demonstration, for the fair';

/** What time it is from now on. */
const at = (time: string) => void jest.spyOn(Date, 'now').mockReturnValue(Date.parse(time));
afterEach(() => void jest.restoreAllMocks());

/** A cluster of which QDR003 warns. */
function open(scope: Construct, id: string): Posture {
  const posture = new Posture(new Construct(scope, id));
  posture
    .addListener({ purpose: ListenerPurpose.REST, port: 6333, at: 'nodes', tls: true, apiKey: true })
    .addSource({ name: '0.0.0.0/0', anyAddress: true });
  return posture;
}

const stackOf = () => new TerraformStack(new App(), 'search');
const reasonsOf = (posture: Posture) => posture.findings().map(({ acknowledgedBecause }) => acknowledgedBecause);

describe.each([
  ['AWS', (accept: (cluster: any) => void) => synthCluster({ removalPolicy: aws.RemovalPolicy.DESTROY }, accept)],
  ['Kubernetes', (accept: (cluster: any) => void) => synthPods({ removalPolicy: kubernetes.RemovalPolicy.DESTROY }, accept)],
])('an acknowledgement with an end, on %s', (_, synthesize) => {
  const findings = (time: string) => {
    at(time);
    const { json } = synthesize((cluster) => cluster.acknowledge('QDR024', WHY, { until }));
    return json['//'].qdrant['vectors/Cluster'].findings;
  };

  test('applies to the end of its last day, which stands in the report', () => {
    const [finding] = findings('2027-03-31T23:59:59.999Z');
    expect(finding).toMatchObject({ ruleId: 'QDR024', acknowledgedBecause: WHY, acknowledgedUntil: until });
    expect(finding.what).not.toContain(until);
  });

  test('is over on the day after: the finding is back, and says until when it was accepted, and why', () => {
    const [finding] = findings('2027-04-01T00:00:00.000Z');
    expect(finding).toMatchObject({
      ...{ ruleId: 'QDR024', severity: 'warning' },
      what: expect.stringMatching(
        /no removal protection; it was accepted until 2027-03-31 \("a demonstration, for the fair"\)$/,
      ),
    });
    expect(Object.keys(finding)).not.toContain('acknowledgedBecause');
    expect(Object.keys(finding)).not.toContain('acknowledgedUntil');
  });
});

test('an error stops the synthesis again once its acknowledgement is over', () => {
  const synthesize = () =>
    synthCluster({ metricsPort: 9153 }, (cluster) => {
      cluster.connections.allowMetricsFrom(aws.Peer.prefixList('pl-0'));
      cluster.acknowledge('QDR002', 'the ranges are ours', { until });
    });
  at('2027-03-31T12:00:00Z');
  expect(synthesize).not.toThrow();
  at('2027-04-01T12:00:00Z');
  expect(synthesize).toThrow(/QDR002: .*accepted until 2027-03-31 \("the ranges are ours"\)/);
});

describe('where several apply', () => {
  test('one that is over gives way to the next: on the same construct, or around it', () => {
    at('2027-04-01T12:00:00Z');
    const stack = stackOf();
    const [renewed, within] = [open(stack, 'Renewed'), open(stack, 'Within')];
    for (const posture of [renewed, within]) posture.acknowledge('QDR003', 'over', { until });
    renewed.acknowledge('QDR003', 'renewed', { until: '2027-04-30' });
    expect([renewed, within].map(reasonsOf)).toEqual([['renewed'], [undefined]]);
    Acknowledgements.of(stack).add('QDR003', 'of the stack');
    expect([renewed, within].map(reasonsOf)).toEqual([['renewed'], ['of the stack']]);
    expect(within.findings()[0].what).not.toContain('accepted until');
  });

  test('its end is listed with it', () => {
    const stack = stackOf();
    Acknowledgements.of(stack).add('QDR003', WHY, { until });
    const posture = open(stack, 'Cluster');
    posture.acknowledge('QDR003', WHY);
    expect(posture.acknowledgements).toEqual([
      { ruleId: 'QDR003', reason: WHY },
      { ruleId: 'QDR003', reason: WHY, until, path: 'search' },
    ]);
  });
});

test('an app is judged by one day, also where midnight passes', () => {
  const stack = stackOf();
  const [before, after] = [open(stack, 'Before'), open(stack, 'After')];
  Acknowledgements.of(stack).add('QDR003', WHY, { until });
  at('2027-03-31T23:59:59Z');
  expect(reasonsOf(before)).toEqual([WHY]);
  at('2027-04-01T00:00:01Z');
  expect(reasonsOf(after)).toEqual([WHY]);
  const next = open(stackOf(), 'Cluster');
  next.acknowledge('QDR003', WHY, { until });
  expect(reasonsOf(next)).toEqual([undefined]);
});

describe('before its end', () => {
  const noticesOf = (time: string) => {
    at(time);
    return warningsOf((app) => {
      const stack = new TerraformStack(app, 'search');
      open(stack, 'One');
      open(stack, 'Other');
      Acknowledgements.of(app).add('QDR003', WHY, { until });
      Acknowledgements.of(stack).add('QDR003', 'has no end');
    }).filter((warning) => warning.includes('until'));
  };

  test.each(['2027-03-17T00:00:00Z', '2027-03-31T23:59:59Z'])('at %s a warning says so, once', (time) => {
    expect(noticesOf(time)).toEqual([
      expect.stringMatching(
        /^search: @cdktf\/warn \[App\] QDR003 is accepted until 2027-03-31 only \("a demonstration, for the fair"\)/,
      ),
    ]);
  });

  test.each(['2027-03-16T23:59:59Z', '2027-04-01T00:00:00Z'])('at %s none does', (time) => {
    expect(noticesOf(time)).toEqual([]);
  });
});

describe('the end', () => {
  test.each(['2027-03-31', '2028-02-29', '1999-12-31'])('may be %s', (day) => {
    expect(() => open(stackOf(), 'Cluster').acknowledge('QDR003', WHY, { until: day })).not.toThrow();
  });

  test.each<[unknown, RegExp]>([
    ['2027-02-29', /"2027-02-29"/],
    ['2027-04-31', /"2027-04-31"/],
    ['2027-13-01', /"2027-13-01"/],
    ['2027-3-31', /"2027-3-31"/],
    ['31.03.2027', /"31\.03\.2027"/],
    ['2027-03-31T00:00:00Z', /"2027-03-31T00:00:00Z"/],
    ['2027-03-31\n', /./],
    ['', /""/],
    [20270331, /20270331/],
    [null, /null/],
    [new Date(0), /./],
    [Token.asString({ resolve: () => until }), /./],
  ])('is not %p', (day, shown) => {
    const add = () => Acknowledgements.of(stackOf()).add('QDR003', WHY, { until: day as any });
    expect(add).toThrow(/^search: until is [^]*, no day of the calendar\. Allowed: .*YYYY-MM-DD.*Instead: until: "2027-03-31"/);
    expect(add).toThrow(shown);
  });

  test('is called until, and stands in options', () => {
    const cluster = open(stackOf(), 'Cluster') as any;
    expect(() => cluster.acknowledge('QDR003', WHY, { untill: until })).toThrow(
      /^search\/Cluster: untill is no option\. Allowed: until\. Instead: until\.$/,
    );
    expect(() => cluster.acknowledge('QDR003', WHY, until)).toThrow(/^search\/Cluster: the options are "2027-03-31"/);
    expect(cluster.acknowledgements).toEqual([]);
  });
});
