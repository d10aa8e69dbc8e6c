import { checkedGrant } from './checked-grant';
import { TokenGrant } from './grant';
import { claimedEnd, endOf, isInLastThird, reasonToSign, signFor } from './renewal';
import { KeptToken, TokenStore } from './store';

/** What is signed, with what, and where it is kept. */
export interface Signing {
  readonly grants: TokenGrant[];
  readonly key: string;
  /** Which grants these are. A secret that is for others is left alone: a run that an apply overtook would sign with a key that is about to end. */
  readonly revision: string;
  readonly store: TokenStore;
  readonly say: (line: string) => void;
  readonly complain: (line: string) => void;
  /** In seconds. */
  readonly now: () => number;
}

/** How often a secret is looked at anew that someone else writes at the same time. */
const ATTEMPTS = 3;

/** Signs the tokens that need it, each as if it were the only one. False where one could not be. */
export async function signTokens(signing: Signing): Promise<boolean> {
  let areDone = true;
  for (const grant of signing.grants) {
    try {
      signing.say(`${grant.secret}: ${await signOne(signing, grant)}`);
    } catch (error) {
      areDone = false;
      signing.complain(`error: ${grant.secret}: ${(error as Error).message}`);
    }
  }
  return areDone;
}

/** What was done for a grant. */
async function signOne({ key, revision, store, now }: Signing, given: TokenGrant): Promise<string> {
  const grant = checkedGrant(given);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const kept = await store.read(grant.secret);
    if (!kept) throw new Error('there is no such Secret; Terraform makes it: apply anew');
    if (kept.revision !== revision) return leaveAlone(kept, grant, now());
    const reason = reasonToSign(kept.token, grant, key, now());
    if (reason === undefined) return `kept, as it is valid until ${timeOf(endOf(kept.token!, key))}`;
    const { token, end } = signFor(grant, key, now());
    if (await store.write(grant.secret, token, kept)) return `signed, as ${reason}; valid until ${timeOf(end)}`;
  }
  throw new Error('someone else writes it all the time');
}

/** What is for other grants is signed by who knows them. Throws where nobody seems to be there to do so: all runs would succeed until the token has ended. */
function leaveAlone({ token = '' }: KeptToken, { validityHours }: TokenGrant, now: number): string {
  const done = 'left alone, as it is for the grants of another apply';
  const end = claimedEnd(token);
  if (end === undefined) throw new Error(`${done}, but it has no token: apply anew`);
  if (!isInLastThird(end, validityHours, now)) return done;
  throw new Error(`${done}, but its token ${end <= now ? 'ended' : 'ends'} at ${timeOf(end)}: apply anew`);
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
