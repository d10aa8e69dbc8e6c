import { placeOf } from '../probe';
import { Verdict } from '../wire/reply';
import type { Attack, KeyName } from './attack';
import type { Listener } from './listener';

/** The ports that can be required. */
export const REQUIRABLE_PORTS = ['rest', 'grpc', 'metrics'] as const;
export type RequirablePort = (typeof REQUIRABLE_PORTS)[number];

const KEYS: KeyName[] = ['admin key', 'read-only key'];

/** As servers turn a certificate away, also those that do not say that it is for that. */
const TURNED_AWAY: Verdict[] = ['refused', 'ended', 'forbidden'];

/** What the user gave and a server does not take, and ports that must be there and are not: nothing is proved of what is behind them. */
export async function obstaclesOf(attack: Attack, required: RequirablePort[]): Promise<string[]> {
  return [...missingPorts(attack, required), ...refusedCertificates(attack), ...(await refusedKeys(attack))];
}

function missingPorts(attack: Attack, required: RequirablePort[]): string[] {
  const listeners = required.flatMap((port) => attack[port] ?? []).filter((listener) => !turnsCertificateAway(listener));
  return listeners.flatMap(({ obstacle }) => obstacle ?? []);
}

function refusedCertificates({ listeners }: Attack): string[] {
  return listeners
    .filter(turnsCertificateAway)
    .map((one) => `${placeOf(one)}: the client certificate that was given is not taken: ${one.facts.own!.received}`);
}

function turnsCertificateAway({ facts: { own } }: Listener): boolean {
  return own !== undefined && TURNED_AWAY.includes(own.verdict);
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
