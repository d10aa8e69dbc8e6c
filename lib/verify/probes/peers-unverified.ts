import { FindingSeverity } from '../../posture/rules/rule';
import type { Attack } from '../attack/attack';
import { Check, found, notTried, passed, Probe, provesNothing } from '../probe';
import { callPeer, outsideOnly } from './peer-calls';
import { reach } from './reach';

export const peersUnverified: Probe = {
  id: 'peers-unverified',
  severity: FindingSeverity.ERROR,
  title: 'The port of the nodes answers whoever has no certificate of a node',
  sends: 'from inside, a call that asks how far the log of the cluster is, without a certificate',
  setting: 'cluster.p2p.enable_tls: true with tls.ca_cert: TLS among nodes is then mutual',
  construct: 'none: it is always on',
  run: async (attack) => [outsideOnly(attack) ?? (await look(attack))],
};

async function look(attack: Attack): Promise<Check> {
  const { peer } = attack.target.ports;
  const where = `peer (${peer})`;
  if ((await reach(attack, peer)).kind === 'no TLS') {
    return notTried(where, 'it speaks no TLS, which the probe peers-in-clear-text reports');
  }
  const reply = await callPeer(attack, null, false);
  // Whatever it answers, it has let the client in.
  if (reply.code !== undefined) return found(where, 'the port of the nodes answers without a certificate', reply);
  const { node } = attack.options.material;
  const ofNode = node && (await callPeer(attack, node, false));
  const isShut = reply.verdict === 'refused' || (reply.verdict === 'ended' && ofNode?.code !== undefined);
  return isShut ? passed(where, reply) : provesNothing(where, reply);
}
