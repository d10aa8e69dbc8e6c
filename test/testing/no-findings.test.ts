import { Testing } from 'cdktf';
import { Acknowledgements, aws, kubernetes } from '../../lib';
import { exposureOf, hasNoFindings } from '../../lib/testing';
import '../../lib/testing/jest';
import { plan, stackOnAws, stackOnKubernetes } from './stacks';

describe.each([
  ['AWS', stackOnAws],
  ['Kubernetes', stackOnKubernetes],
] as const)('on %s', (_, stack) => {
  const open = (accept: (cluster: aws.QdrantCluster | kubernetes.QdrantCluster) => void = () => {}) =>
    stack((cluster: any) => {
      const { Peer } = cluster instanceof aws.QdrantCluster ? aws : kubernetes;
      cluster.connections.allowRestFrom(Peer.anyIpv4());
      accept(cluster);
    });

  test('a cluster as it is made has none, and one that is open to any address has', () => {
    expect(Testing.synth(stack())).toHaveNoFindings();
    expect(Testing.synth(open())).not.toHaveNoFindings();
  });

  test('a failure tells the rule, what it found, by what, and how to mend it', () => {
    expect(() => expect(Testing.synth(open())).toHaveNoFindings()).toThrow(
      /QDR003 \(warning\) the REST \(port 6333\) of \w+ is open to any address, by \S+\. .* Fix: allow named sources/,
    );
  });

  test('a rule may be excepted, and no other with it', () => {
    expect(Testing.synth(open())).toHaveNoFindings({ except: ['QDR003'] });
    expect(Testing.synth(open())).not.toHaveNoFindings({ except: ['QDR004'] });
  });

  test('what was acknowledged in the report is accepted, of that rule', () => {
    const accepted = Testing.fullSynth(open((cluster) => cluster.acknowledge('QDR003', 'a public demo')));
    expect(accepted).toHaveNoFindings();
    expect(exposureOf(accepted).clusters[0].findings).toMatchObject([{ acknowledgedBecause: 'a public demo' }]);
    const other = open((cluster) => Acknowledgements.of(cluster).add('QDR004', 'a public demo'));
    expect(Testing.fullSynth(other)).not.toHaveNoFindings();
  });
});

test('what only the construct knows is found in its report', () => {
  const called = (clusterName?: string) => Testing.fullSynth(stackOnAws(() => {}, { clusterName }));
  expect(hasNoFindings(called()).problems).toEqual([expect.stringMatching(/QDR027 .*, by search\/Cluster\. /)]);
  expect(called('vectors')).toHaveNoFindings();
});

test('a cluster that was made elsewhere is judged by what was allowed on it', () => {
  const imported = (peer: kubernetes.Peer) =>
    stackOnKubernetes((_, stack) => {
      const elsewhere = kubernetes.QdrantCluster.fromClusterAttributes(stack, 'Elsewhere', {
        clusterName: 'elsewhere',
        namespace: 'vectors',
      });
      elsewhere.connections.allowRestFrom(peer);
    });
  const cluster = 'search/Elsewhere';
  expect(Testing.fullSynth(imported(kubernetes.Peer.namespace('web')))).toHaveNoFindings({ cluster });
  expect(Testing.fullSynth(imported(kubernetes.Peer.anyIpv4()))).not.toHaveNoFindings({ cluster });
  expect(Testing.fullSynth(imported(kubernetes.Peer.namespace('web')))).not.toExposeOnly({ cluster });
});

test('errors of a plan of others are found, until all of their rules are excepted', () => {
  const rules = [...new Set(exposureOf(plan()).clusters[0].findings.map(({ ruleId }) => ruleId))];
  expect(rules).toContain('QDR001');
  expect(plan()).toHaveNoFindings({ except: rules });
  expect(plan()).not.toHaveNoFindings({ except: rules.filter((id) => id !== 'QDR001') });
});

test('a rule that does not exist is refused', () => {
  expect(() => hasNoFindings(plan(), { except: ['QDR999'] })).toThrow(/"QDR999", which is no rule\. Allowed: QDR001/);
});
