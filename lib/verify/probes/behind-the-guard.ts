import { FindingSeverity } from '../../posture/rules/rule';
import { Check, notTried, Probe } from '../probe';
import { shouldBeClosed } from './reach';

export const behindTheGuard: Probe = {
  id: 'behind-the-guard',
  rule: 'QDR001',
  severity: FindingSeverity.ERROR,
  title: 'A port that Qdrant has behind the guard (6336, 6337, 6338) can be reached around it',
  sends: 'a connection, and the first message of a handshake',
  setting: 'none: a firewall; in your own configuration, bind what stands behind a proxy to 127.0.0.1',
  construct: 'connections: nobody is ever allowed to; look at rules that were added by hand',
  run: async (attack) => {
    const { restBehindGuard, othersBehindGuard } = attack.target.ports;
    const checks: Check[] = [];
    for (const port of [...othersBehindGuard, restBehindGuard].sort()) {
      const isForNodes = attack.options.inside && port === restBehindGuard;
      checks.push(
        isForNodes
          ? notTried(`behind the guard (${port})`, 'from inside (--inside) it may be reached')
          : await shouldBeClosed(attack, port, 'behind the guard', `something answers on ${port}, around the guard`),
      );
    }
    return checks;
  },
};
