import { App, TerraformStack } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { Acknowledgements, aws, ListenerProps, ListenerPurpose, Posture } from '../../lib';
import { synthCluster, synthStack } from '../support/synth';

/** A cluster of which QDR003 warns. */
function open(scope: IConstruct, id: string, differs: Partial<ListenerProps> = {}): Posture {
  const posture = new Posture(new Construct(scope, id));
  const rest = { purpose: ListenerPurpose.REST, port: 6333, at: 'nodes', tls: true, apiKey: true };
  posture.addListener({ ...rest, ...differs }).addSource({ name: '0.0.0.0/0', anyAddress: true });
  return posture;
}

/** A part of a stack, which is in an app. */
function places() {
  const app = new App();
  const stack = new TerraformStack(app, 'search');
  const part = new Construct(stack, 'Part');
  return { app, stack, part };
}

const accepted = (posture: Posture) =>
  posture.findings().map(({ acknowledgedBecause, acknowledgedAtPath }) => [acknowledgedBecause, acknowledgedAtPath]);

describe('an acknowledgement', () => {
  test.each([
    ['app', 'App'],
    ['stack', 'search'],
    ['part', 'search/Part'],
  ] as const)('on the %s holds for a cluster below it, made before or after', (at, path) => {
    const { [at]: scope, part } = places();
    const before = open(part, 'Before');
    Acknowledgements.of(scope).add('QDR003', 'a public demo');
    expect([before, open(part, 'After')].map(accepted)).toEqual([[['a public demo', path]], [['a public demo', path]]]);
  });

  test('does not hold for a cluster that is not below it, nor for another rule', () => {
    const { app, stack, part } = places();
    const [beside, elsewhere] = [open(stack, 'Beside'), open(new TerraformStack(app, 'other'), 'Elsewhere')];
    Acknowledgements.of(part).add('QDR003', 'a public demo');
    Acknowledgements.of(app).add('QDR002', 'of another rule');
    expect([beside, elsewhere].map(accepted)).toEqual([[[undefined, undefined]], [[undefined, undefined]]]);
  });

  test('on the cluster is that of the cluster, without a path', () => {
    const { stack } = places();
    const posture = open(stack, 'Cluster');
    Acknowledgements.of(stack.node.findChild('Cluster')).add('QDR003', 'a public demo');
    expect(posture.acknowledgements).toEqual([{ ruleId: 'QDR003', reason: 'a public demo' }]);
    expect(accepted(posture)).toEqual([['a public demo', undefined]]);
  });

  test('of the nearest construct wins, whatever the order', () => {
    const { app, stack, part } = places();
    const [near, own, far] = [open(part, 'Near'), open(part, 'Own'), open(stack, 'Far')];
    own.acknowledge('QDR003', 'the cluster');
    Acknowledgements.of(part).add('QDR003', 'the part');
    Acknowledgements.of(app).add('QDR003', 'the app');
    Acknowledgements.of(stack).add('QDR003', 'the stack');
    expect([near, own, far].map(accepted)).toEqual([
      [['the part', 'search/Part']],
      [['the cluster', undefined]],
      [['the stack', 'search']],
    ]);
    expect(own.acknowledgements.map(({ reason, path }) => [reason, path])).toEqual([
      ['the cluster', undefined],
      ['the part', 'search/Part'],
      ['the stack', 'search'],
      ['the app', 'App'],
    ]);
  });

  test('that was given first on a construct wins there', () => {
    const { stack } = places();
    Acknowledgements.of(stack).add('QDR003', 'first');
    Acknowledgements.of(stack).add('QDR003', 'second');
    expect(accepted(open(stack, 'Cluster'))).toEqual([['first', 'search']]);
  });

  test.each([
    ['app', 'App'],
    ['stack', 'search'],
  ] as const)('on the %s needs a rule that exists, and a reason', (at, path) => {
    const acknowledgements = Acknowledgements.of(places()[at]);
    expect(() => acknowledgements.add('QDR999', 'why')).toThrow(
      new RegExp(`^${path}: add\\("QDR999"\\) names no rule.*QDR001`),
    );
    expect(() => acknowledgements.add('QDR003', ' ')).toThrow(
      new RegExp(`^${path}: add\\("QDR003"\\) has no reason.*Instead: add\\('QDR003', `),
    );
    expect(() => (acknowledgements as any).add('QDR003')).toThrow(/has no reason/);
  });

  test.each([undefined, null, 'search', {}])('is not given on %p, which is no construct', (scope) => {
    expect(() => Acknowledgements.of(scope as any)).toThrow(/^Acknowledgements\.of: .*no construct.*Instead: /);
  });
});

describe('what is synthesized', () => {
  test('is not stopped by what is accepted on the app, and the report says where that was', () => {
    const synthesize = (accept: (app: IConstruct) => void) =>
      synthStack((stack) => {
        open(stack, 'Guarded');
        open(stack, 'Unguarded', { purpose: ListenerPurpose.METRICS, apiKey: false });
        accept(stack.node.root);
      }).json['//'].qdrant;
    expect(() => synthesize(() => {})).toThrow(/QDR002/);
    const reports = synthesize((app) => Acknowledgements.of(app).add('QDR002', 'reached through a private link'));
    expect(reports['vectors/Unguarded'].findings).toMatchObject([
      { ruleId: 'QDR002', acknowledgedBecause: 'reached through a private link', acknowledgedAtPath: 'App' },
      { ruleId: 'QDR004' },
    ]);
    expect(reports['vectors/Guarded'].findings.flatMap(Object.keys)).not.toContain('acknowledgedAtPath');
  });

  test('of a cluster lists what is accepted on its stack', () => {
    const findings = synthCluster({ removalPolicy: aws.RemovalPolicy.DESTROY }, (_, stack) =>
      Acknowledgements.of(stack).add('QDR024', 'for tests only'),
    ).json['//'].qdrant['vectors/Cluster'].findings;
    expect(findings).toMatchObject([
      { ruleId: 'QDR024', acknowledgedBecause: 'for tests only', acknowledgedAtPath: 'vectors' },
    ]);
  });
});
