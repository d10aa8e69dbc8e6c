import { Refused } from '../rest-client';
import { Site } from './site';
import { pause } from '../time';

export interface Patience {
  readonly patienceSeconds: number;
  readonly pollSeconds: number;
}

/** The same site, which is asked again where it says that it was asked too much (`read_rate_limit` of strict mode). */
export function patient(site: Site, { patienceSeconds, pollSeconds }: Patience): Site {
  const ask: Site['ask'] = async (...request) => {
    const until = Date.now() + patienceSeconds * 1000;
    for (;;) {
      try {
        return await site.ask(...request);
      } catch (error) {
        if (!(error instanceof Refused && error.status === 429) || Date.now() > until) throw error;
        await pause(pollSeconds);
      }
    }
  };
  return {
    ask,
    read: () => site.read(),
    download: (...request) => site.download(...request),
    upload: (...request) => site.upload(...request),
  };
}
