import { placeOf } from '../probe';
import { Verdict } from '../wire/reply';
import type { Attack, KeyName } from './attack';

const KEYS: KeyName[] = ['admin key', 'read-only key'];

/** As servers turn a certificate away, also those that do not say that it is for that. */
const TURNED_AWAY: Verdict[] = ['refused', 'ended', 'forbidden'];

/** What the user gave and a server does not take: nothing is proved of what is behind it. */
export async function refusalsOf(attack: Attack): Promise<string[]> {
  return [...refusedCertificates(attack), ...(await refusedKeys(attack))];
}

function refusedCertificates({ listeners }: Attack): string[] {
  return listeners.flatMap((listener) => {
    const { own } = listener.facts;
    if (own === undefined || !TURNED_AWAY.includes(own.verdict)) return [];
    return [`${placeOf(listener)}: the client certificate that was given is not taken: ${own.received}`];
  });
}

/** A key that is not sent, as the server cannot be believed with it, is not refused: that is for the probes to report. */
async function refusedKeys(attack: Attack): Promise<string[]> {
  const refused: string[] = [];
  for (const name of KEYS.filter((key) => attack.keyOf(key) !== undefined)) {
    for (const listener of attack.clientListeners.filter(({ secretObstacle }) => secretObstacle === undefined)) {
      const usable = await attack.usableKey(listener, name).catch(({ message }: Error) => ({
        obstacle: `the ${name} that was given could not be sent: ${message}`,
      }));
      if ('obstacle' in usable) refused.push(`${placeOf(listener)}: ${usable.obstacle}`);
    }
  }
  return refused;
}
