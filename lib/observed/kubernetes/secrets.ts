import { ReaderScope, SecretPurpose } from '../../posture';
import { ObservedSecret } from '../found-cluster';
import { hasUnknown, listOf, Resources } from '../resources';
import { settingOfVariable } from '../server';
import { CONFIG_FOLDER } from './configuration';
import { ObservedObject, objectNamed } from './objects';

/** What a key is called in the folder of this library's pods, and in the environment of any. */
const PURPOSES: { [name: string]: SecretPurpose } = {
  admin: SecretPurpose.ADMIN_API_KEY,
  'read-only': SecretPurpose.READ_ONLY_API_KEY,
  alternate: SecretPurpose.ALTERNATE_API_KEY,
  'service.api_key': SecretPurpose.ADMIN_API_KEY,
  'service.read_only_api_key': SecretPurpose.READ_ONLY_API_KEY,
  'service.alt_api_key': SecretPurpose.ALTERNATE_API_KEY,
  'tls.key': SecretPurpose.TLS_PRIVATE_KEY,
};

/** The Secrets that the pods of a cluster are given, with who may read them. */
export function secretsOf(
  object: ObservedObject,
  container: any,
  template: any,
  objects: ObservedObject[],
  resources: Resources,
): ObservedSecret[] {
  const secrets = [...fromVolumes(template), ...fromSettings(container, template), ...fromVariables(container)];
  return secrets.map(({ purpose, name }) => {
    const made = objectNamed('Secret', name, { by: object, objects, resources });
    const called = made?.name ?? String(name);
    const place = {
      purpose,
      keptIn: `Secret ${called}`,
      origin: made ? 'made here' : 'existing',
      isInClearText: isInClearText(made),
    };
    const secret = new ObservedSecret(place, made?.resource ?? object.resource);
    for (const { reader, scope } of readersOf(called, object, objects)) secret.addReader(reader, scope);
    return secret;
  });
}

function fromVolumes(template: any): Array<{ purpose: SecretPurpose; name: unknown }> {
  const sources = listOf(template.spec?.volumes).flatMap(({ projected, secret }) => [
    ...listOf(projected?.sources).map((source) => source.secret),
    ...(secret ? [{ name: secret.secretName, items: secret.items }] : []),
  ]);
  return sources.flatMap((source) => {
    const purposes = listOf(source?.items).flatMap(({ path }) => PURPOSES[path] ?? []);
    return purposes.map((purpose) => ({ purpose, name: source.name }));
  });
}

/** A Secret that is mounted as a file of settings is there for the keys in it. */
function fromSettings(container: any, template: any): Array<{ purpose: SecretPurpose; name: unknown }> {
  const mounted = listOf(container.volumeMounts)
    .filter(({ mountPath }) => String(mountPath).startsWith(CONFIG_FOLDER))
    .map(({ name }) => name);
  return listOf(template.spec?.volumes)
    .filter(({ name, secret }) => secret && mounted.includes(name))
    .map(({ secret }) => ({ purpose: SecretPurpose.ADMIN_API_KEY, name: secret.secretName }));
}

function fromVariables(container: any): Array<{ purpose: SecretPurpose; name: unknown }> {
  return listOf(container.env).flatMap(({ name, valueFrom }) => {
    const purpose = PURPOSES[settingOfVariable(String(name)) ?? ''];
    return purpose && valueFrom?.secretKeyRef ? [{ purpose, name: valueFrom.secretKeyRef.name }] : [];
  });
}

/** Terraform keeps in its state what is given as data; a manifest has it for all who read the file. */
function isInClearText(secret: ObservedObject | undefined): boolean {
  const { data, stringData } = secret?.manifest ?? {};
  return Object.keys({ ...data, ...stringData }).length > 0;
}

function readersOf(
  name: string,
  { namespace, resource }: ObservedObject,
  objects: ObservedObject[],
): Array<{ reader: string; scope: ReaderScope }> {
  const inPlace = objects.filter((object) => object.resource.where === resource.where);
  const bindings = inPlace.filter(
    ({ kind, namespace: of }) => kind === 'ClusterRoleBinding' || (kind === 'RoleBinding' && of === namespace),
  );
  return bindings.flatMap(({ manifest }) => {
    const role = inPlace.find(
      (candidate) =>
        candidate.kind === manifest.roleRef?.kind &&
        candidate.name === manifest.roleRef?.name &&
        (candidate.kind === 'ClusterRole' || candidate.namespace === namespace),
    );
    if (!role || !listOf(role.manifest.rules).some((rule) => reads(rule, name))) return [];
    return listOf(manifest.subjects).map(readerOf);
  });
}

function reads({ resources, resourceNames, verbs }: any, name: string): boolean {
  const names = listOf(resourceNames);
  const isOfSecrets = listOf(resources).some((resource) => resource === 'secrets' || resource === '*');
  const mayRead = listOf(verbs).some((verb) => ['get', 'list', 'watch', '*'].includes(verb) || hasUnknown(verb));
  return isOfSecrets && mayRead && (names.length === 0 || names.includes(name) || hasUnknown(names));
}

function readerOf({ kind, name, namespace }: any): { reader: string; scope: ReaderScope } {
  if (kind === 'ServiceAccount') return { reader: `service account ${namespace}/${name}`, scope: ReaderScope.NAMED };
  const reader = `${String(kind).toLowerCase()} ${name}`;
  if (kind === 'User' && name === 'system:anonymous') return { reader, scope: ReaderScope.EVERYONE };
  if (kind !== 'Group') return { reader, scope: ReaderScope.NAMED };
  if (/^system:(un)?authenticated$/.test(name)) return { reader, scope: ReaderScope.EVERYONE };
  const isOfWorkloads = /^system:serviceaccounts(:|$)/.test(name);
  return { reader, scope: isOfWorkloads ? ReaderScope.EVERY_WORKLOAD : ReaderScope.NAMED };
}
