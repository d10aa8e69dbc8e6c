import { FindingSeverity } from '../../posture/rules/rule';
import type { Attack } from '../attack/attack';
import { Check, found, notTried, passed, Probe, provesNothing } from '../probe';
import { speaksTls } from '../wire/hello';
import { helloText, reach } from './reach';

export const peersInClearText: Probe = {
  id: 'peers-in-clear-text',
  rule: 'QDR012',
  severity: FindingSeverity.ERROR,
  title: 'The nodes speak to each other without TLS',
  sends: 'GET /cluster, whose addresses are https; from inside, a handshake with the port of the nodes',
  setting: 'cluster.p2p.enable_tls: true with tls.ca_cert, and --uri https://... of each node',
  construct: 'none: it is always on',
  run: async (attack) => [await addressesOf(attack), ...(attack.options.inside ? [await portOf(attack)] : [])],
};

async function addressesOf(attack: Attack): Promise<Check> {
  const where = 'cluster';
  const cluster = await attack.cluster();
  if ('obstacle' in cluster) return notTried(where, cluster.obstacle);
  if (!cluster.enabled) return notTried(where, 'the server is by itself (cluster.enabled: false)');
  const uris = [...cluster.peers.values()];
  if (uris.length === 0) return notTried(where, 'the cluster names no peers');
  const plain = uris.filter((uri) => !uri.startsWith('https://'));
  const evidence = { sent: 'GET /cluster', received: uris.join(', ') };
  return plain.length > 0
    ? found(where, `peers are addressed in clear text: ${plain.join(', ')}`, evidence)
    : passed(where, evidence);
}

async function portOf(attack: Attack): Promise<Check> {
  const { peer } = attack.target.ports;
  const where = `peer (${peer})`;
  const answer = await reach(attack, peer);
  const evidence = { sent: 'a handshake', received: helloText(answer) };
  if (answer.kind === 'no TLS') return found(where, 'the port of the nodes speaks no TLS', evidence);
  // It may want the certificate of a node.
  return speaksTls(answer) ? passed(where, evidence) : provesNothing(where, evidence);
}
