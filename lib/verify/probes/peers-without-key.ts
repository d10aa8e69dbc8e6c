import { FindingSeverity } from '../../posture/rules/rule';
import type { Attack } from '../attack/attack';
import { Check, notTried, Probe, shouldBeDenied } from '../probe';
import { callPeer, outsideOnly } from './peer-calls';
import { reach } from './reach';

export const peersWithoutKey: Probe = {
  id: 'peers-without-key',
  rule: 'QDR021',
  severity: FindingSeverity.WARNING,
  title: 'The nodes do not ask each other for the API key',
  sends:
    'from inside, with the certificate of a node (--node-cert, --node-key), a call that asks how far the log is, without a key',
  setting: 'service.enforce_internal_auth: true (Qdrant 1.18 and later), once no node is older',
  construct: 'version 1.18 or later, and upgradingFrom left out once every node has been upgraded',
  run: async (attack) => [outsideOnly(attack) ?? (await look(attack))],
};

async function look(attack: Attack): Promise<Check> {
  const { peer } = attack.target.ports;
  const where = `peer (${peer})`;
  const isPlain = (await reach(attack, peer)).kind === 'no TLS';
  const { node } = attack.options.material;
  if (!isPlain && !node) return notTried(where, 'no certificate of a node was given (--node-cert, --node-key)');
  const reply = await callPeer(attack, node ?? null, isPlain);
  return shouldBeDenied(where, reply, 'the port of the nodes answers without a key');
}
