import { DifferenceKind } from '../difference';
import { PostureFacts } from '../facts';
import { ExposureSource, Listener, ListenerPurpose } from '../listener';
import { ReaderScope } from '../secret';

/** The sources that can reach a listener, save the nodes. */
export function clientsOf(listener: Listener): ExposureSource[] {
  return listener.sources.filter((source) => !source.nodes);
}

/** The names of the sources that can reach a listener, save the nodes. */
export function namesOfClients(listener: Listener): string {
  return clientsOf(listener)
    .map((source) => source.name)
    .join(', ');
}

/** Whether anyone on the internet, or someone unknown, can reach a listener. */
export function isPublic(listener: Listener): boolean {
  return listener.sources.some((source) => source.anyAddress || source.unknown);
}

/** Whom a public listener is open to. */
export function publicOf(listener: Listener): string {
  const known = listener.sources.some((source) => source.anyAddress);
  return known ? 'any address' : listener.sources.flatMap(({ name, unknown }) => (unknown ? [name] : [])).join(', ');
}

/** Whether a listener is not known to lack TLS or an API key. */
export function isProtected({ tls, apiKey }: Listener): boolean {
  return tls !== false && apiKey !== false;
}

/** Whether the data of collections goes through a listener of clients. */
export function carriesData({ purpose }: Listener): boolean {
  return purpose === ListenerPurpose.REST || purpose === ListenerPurpose.GRPC;
}

/** The secrets that readers of a scope may read, one sentence each. */
export function secretsReadableBy(scope: ReaderScope, { secrets }: PostureFacts): string[] {
  return secrets.flatMap((secret) =>
    secret.readersOf(scope).map((reader) => `the ${secret.purpose} (${secret.keptIn}) may be read by ${reader}`),
  );
}

/** What of a kind is synthesized otherwise than it was meant, one sentence each. */
export function differencesOf({ differences = [] }: PostureFacts, wanted: DifferenceKind): string[] {
  return differences.filter(({ kind }) => kind === wanted).map(({ what, by }) => `${what} by ${by}, which was not declared`);
}
