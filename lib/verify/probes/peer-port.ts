import { FindingSeverity } from '../../posture/rules/rule';
import { notTried, Probe } from '../probe';
import { shouldBeClosed } from './reach';

export const peerPort: Probe = {
  id: 'peer-port',
  rule: 'QDR001',
  severity: FindingSeverity.ERROR,
  title: 'The port of the nodes (6335) can be reached from where this program runs',
  sends: 'a connection, and the first message of a handshake',
  setting: 'none: a firewall that lets nodes alone connect to cluster.p2p.port, which asks for no key before 1.18',
  construct: 'connections: nothing but the nodes is ever allowed to; look at rules that were added by hand',
  run: async (attack) => {
    const { peer } = attack.target.ports;
    if (attack.options.inside) return [notTried(`peer (${peer})`, 'from inside (--inside) it may be reached')];
    return [await shouldBeClosed(attack, peer, 'peer', `the port of the nodes, ${peer}, can be reached from here`)];
  },
};
