import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import { Target } from './target';

/** A target for each address of a name: what holds for one of them need not hold for another. */
export async function eachAddressOf(target: Target): Promise<Target[]> {
  if (isIP(target.host)) return [target];
  const addresses = await addressesOf(target.host);
  return addresses.length > 1 ? addresses.map((address) => ({ ...target, address })) : [target];
}

/** None for a name that does not exist, which is found once it is connected to. */
function addressesOf(name: string): Promise<string[]> {
  return new Promise((resolve) =>
    lookup(name, { all: true }, (error, found) => resolve(error ? [] : [...new Set(found.map(({ address }) => address))])),
  );
}

/** How a server is called in reports. */
export function nameOf({ host, address, ports }: Target, all: Target[]): string {
  const isTwice = all.filter((other) => other.host === host && other.address === address).length > 1;
  return `${host}${isTwice ? `:${ports.rest}` : ''}${address === undefined ? '' : ` (${address})`}`;
}
