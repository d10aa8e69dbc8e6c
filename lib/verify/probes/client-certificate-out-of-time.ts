import { FindingSeverity } from '../../posture/rules/rule';
import type { Attack } from '../attack/attack';
import { Check, notTried, placeOf, Probe } from '../probe';
import { makeCertificate } from '../x509/make-certificate';
import { withBadCertificate } from './client-certificates';

const DAY = 24 * 60 * 60 * 1000;

/** A probe with a certificate of the clients' own CA, from and to so many days from now. */
function outOfTime(id: string, kind: string, days: [from: number, to: number]): Probe {
  return {
    id,
    rule: 'QDR010',
    severity: FindingSeverity.ERROR,
    title: `A port takes a client certificate that is ${kind}`,
    sends: `a greeting with a client certificate that is ${kind}, made with the key of the clients’ CA (--client-ca, --client-ca-key)`,
    setting: 'none: Qdrant looks at it; look at the proxy in front of it, and at the clock of the machine',
    construct: 'clientVerification: ClientVerification.required(); look at the clock of the node',
    run: async (attack) => {
      const { clientCa } = attack.options.material;
      if (!clientCa) return notTriedAnywhere(attack, 'the key of the clients’ CA was not given (--client-ca, --client-ca-key)');
      const make = (from: number, to: number) =>
        makeCertificate(
          { commonName: 'cdktf-qdrant verify client', from: inDays(from), to: inDays(to), usages: ['clientAuth'] },
          clientCa,
        );
      return withBadCertificate(attack, make(...days), kind, make(-1, 1));
    },
  };
}

function notTriedAnywhere({ listeners }: Attack, why: string): Check[] {
  return listeners.map((listener) => notTried(placeOf(listener), why));
}

function inDays(days: number): Date {
  return new Date(Date.now() + days * DAY);
}

export const expiredClientCertificate = outOfTime('expired-client-certificate', 'expired', [-10, -1]);
export const earlyClientCertificate = outOfTime('early-client-certificate', 'not valid yet', [1, 10]);
