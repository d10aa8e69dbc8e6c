import { SecretPurpose } from '../../posture';
import { listOf } from '../resources';

/** A Secret that a container is given, by volumes or by its environment. */
export interface GivenSecret {
  readonly name: unknown;
  /** The entries of it; all of them where none are named. */
  readonly entries: unknown[];
}

/** The volumes of pods, by their names. */
export function volumesOf(spec: any): Map<string, any> {
  return new Map(listOf<any>(spec?.volumes).map((volume) => [String(volume.name), volume]));
}

/** All containers of pods, also those that end before the others start. */
export function containersOf(spec: any): any[] {
  return [...listOf<any>(spec?.initContainers), ...listOf<any>(spec?.containers)];
}

/** The Secrets that a container is given. */
export function secretsGivenTo(container: any, volumes: Map<string, any>): GivenSecret[] {
  const mounted = listOf<any>(container.volumeMounts).map(({ name }) => volumes.get(String(name)));
  const keysOf = (items: any) => listOf<any>(items).map(({ key }) => key);
  return [
    ...mounted
      .flatMap((volume) => listOf<any>(volume?.secret))
      .map(({ secretName, items }) => ({ name: secretName, entries: keysOf(items) })),
    ...mounted
      .flatMap((volume) => listOf<any>(volume?.projected?.sources))
      .flatMap(({ secret }) => listOf<any>(secret))
      .map(({ name, items }) => ({ name, entries: keysOf(items) })),
    ...listOf<any>(container.env)
      .flatMap(({ valueFrom }) => listOf<any>(valueFrom?.secretKeyRef))
      .map(({ name, key }) => ({ name, entries: [key] })),
    ...listOf<any>(container.envFrom)
      .flatMap(({ secretRef }) => listOf<any>(secretRef))
      .map(({ name }) => ({ name, entries: [] })),
  ];
}

/** Whether what is secret is among the entries: beside a private key there are certificates, which anybody may have. */
export function isSecretAmong(entries: unknown[], purpose: SecretPurpose): boolean {
  const hasCertificates = purpose === SecretPurpose.CA_PRIVATE_KEY || purpose === SecretPurpose.TLS_PRIVATE_KEY;
  return !hasCertificates || entries.length === 0 || entries.includes('tls.key');
}
