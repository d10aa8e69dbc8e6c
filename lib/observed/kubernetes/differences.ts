import { TerraformDataSource, TerraformResource, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { Posture, SecretPurpose } from '../../posture';
import { readersDeclaredIn } from '../../posture/declarations';
import { Difference, DifferenceKind } from '../../posture/difference';
import { resourcesOfApp, synthesizedTo, TreeReading, withOrigins } from '../construct-tree';
import { changeOf, differentSettings, isEqual, otherwise } from '../differing';
import { knownOf } from '../known';
import { isAsMeant, maybeMeant, meaningOf, mean } from '../meant';
import { blockOf, displayed, hasUnknown, ObservedResource, Resources } from '../resources';
import { settingsIn } from '../server';
import { nameOf, NAMESPACES, namespaceOf, objectsOf } from './objects';
import { PossibleReader, possibleReaders, RIGHTS, subjectName } from './readers';
import { differentPods, differentVariables as differentEnvironment } from './pod-differences';
import { WORKLOAD_KINDS } from './pod-set';

const KINDS = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding', 'Secret', ...WORKLOAD_KINDS];
const PROGRAMS = 'kubernetes_config_map_v1_data';
const KEYS = 'kubernetes_secret_v1_data';
const VARIABLES_OF = 'kubernetes_env';
/** What changes objects that others make. */
const PATCHES = [PROGRAMS, KEYS, VARIABLES_OF];

/** What the pods of a cluster run, and who was granted its secrets. */
export interface ComparedPods {
  readonly namespace: string;
  readonly statefulSet: TerraformResource;
  /** The programs and the settings. */
  readonly programs: TerraformResource;
  readonly secrets: Array<{ readonly purpose: SecretPurpose; readonly name: string }>;
  /** Where a resource is made: rights in other Kubernetes clusters do not count. */
  readonly whereOf: (resource: TerraformResource | TerraformDataSource) => string;
}

/** Compares what pods run, and who reads the secrets of a cluster, with what its constructs meant, whoever changed it. */
export function comparePods(scope: IConstruct, posture: Posture, watched: ComparedPods): void {
  mean(watched.statefulSet, watched.programs);
  const differencesIn = knownOf((resources) => [
    ...changedPods(watched, resources),
    ...changedPrograms(watched, resources),
    ...patched(watched, scope, resources),
    ...undeclaredReaders(scope, posture, watched, resources),
  ]);
  const app = scope.node.root;
  posture._observations.differencesBy((mayBeKnown) => differencesIn(resourcesOfApp(app, readingBy(app, watched), mayBeKnown)));
}

/** One of an app, so that what was read holds for all of its clusters. */
const readings = new WeakMap<IConstruct, TreeReading>();

function readingBy(app: IConstruct, { whereOf }: ComparedPods): TreeReading {
  const reading: TreeReading = readings.get(app) ?? {
    isRead: (type) =>
      type.startsWith('kubernetes_') &&
      (maybeMeant(type) || RIGHTS.has(type) || NAMESPACES.has(type) || PATCHES.includes(type)),
    pick,
    whereOf,
    isOfConcern: (resource, values) => {
      const type = resource.terraformResourceType;
      if (meaningOf(resource) === undefined) return RIGHTS.has(type) || !maybeMeant(type);
      // A job of the library verifies a cluster, or restarts its pods: what it is given is not the server's.
      return maybeMeant(type) && !isAsMeant(resource, values);
    },
  };
  readings.set(app, reading);
  return reading;
}

/** Of Secrets their names only: what is in them is nobody's business. */
function pick(type: string, values: any): any {
  if (/^kubernetes_secret(_v1)?$/.test(type)) return { metadata: values.metadata };
  if (type !== 'kubernetes_manifest') return values;
  const { kind, metadata } = values.manifest ?? {};
  if (!KINDS.includes(kind)) return undefined;
  return kind === 'Secret' ? { manifest: { kind, metadata } } : values;
}

function changedPods({ statefulSet, secrets }: ComparedPods, resources: Resources): Difference[] {
  const change = changeOf(statefulSet, resources);
  if (!change) return [];
  const [there, meant] = [change.values, change.meant].map((values) => templateOf(values['spec.template.spec'], change.there));
  return differentPods(there, meant, {
    by: change.there.address,
    secrets: secrets.map(named(statefulSet, resources)),
    nameOf: (written) => nameOf(change.there, written, resources),
  });
}

/** The fields of a pod, as the API of Kubernetes has them. */
function templateOf(spec: unknown, { scope, address, type, where }: Resources['all'][number]): any {
  const resource = { scope, address, type, where, values: { spec } };
  return objectsOf(new Resources([resource]))[0].manifest.spec ?? {};
}

function changedPrograms({ programs }: ComparedPods, resources: Resources): Difference[] {
  const change = changeOf(programs, resources);
  if (!change) return [];
  const by = change.there.address;
  const other = (what: string) => [{ kind: DifferenceKind.SERVER, what: `the ${what} of the pods is another one,`, by }];
  const [there, meant] = [change.values, change.meant].map(({ data }): { [file: string]: string } => data ?? {});
  // Of files that only Terraform knows there is nothing to compare.
  if (typeof there !== 'object') return [{ kind: DifferenceKind.SERVER, what: 'the files of the pods are others,', by }];
  // What is added is read by nothing that the pods run.
  const names = Object.keys(meant).filter((name) => !isEqual(there[name], meant[name]));
  return names.flatMap((name) => {
    const texts = [there[name], meant[name]].map((text) => String(text ?? ''));
    if (name === 'cluster.env') return differentVariables(texts[0], texts[1], by);
    const settings = name === 'settings.yaml' && !hasUnknown(texts[0]) ? settingsIn(texts[0]) : new Map();
    return settings.size > 0 ? differentSettings(settings, settingsIn(texts[1]), by) : other(`file ${name}`);
  });
}

/** What resources write into objects that are made already. */
function patched(watched: ComparedPods, scope: IConstruct, resources: Resources): Difference[] {
  const { statefulSet, programs, secrets } = watched;
  const namespace = namespaceIn(scope, watched, resources);
  const server = (what: string, by: ObservedResource) => ({ kind: DifferenceKind.SERVER, what, by: by.address });
  const where = watched.whereOf(statefulSet);
  const patches = (type: string, name: string) =>
    resources.ofType(type).filter((by) => {
      const metadata = blockOf(by.values.metadata);
      const isThere = by.where === where && namespaceOf(by, metadata?.namespace ?? 'default', resources) === namespace;
      return isThere && nameOf(by, metadata?.name, resources) === name;
    });
  const made = (resource: TerraformResource) =>
    nameOf(watchedStack(scope), withOrigins(resource, blockOf(synthesizedTo(resource)?.metadata)?.name), resources);
  return [
    ...patches(VARIABLES_OF, made(statefulSet))
      .filter(({ values }) => values.kind === 'StatefulSet')
      .flatMap((by) => differentEnvironment({ env: by.values.env }, {}).map((what) => server(what, by))),
    ...patches(PROGRAMS, made(programs)).map((by) => server('the files of the pods are written anew,', by)),
    ...secrets
      .map(named(scope, resources))
      .flatMap(({ name }) =>
        patches(KEYS, name).map((by) => server(`the data of the Secret ${displayed(name)} are written anew,`, by)),
      ),
  ];
}

const VARIABLES: { [name: string]: string } = {
  GUARDED_PORTS: 'list of ports on which clients’ certificates are verified',
};

function differentVariables(there: string, meant: string, by: string): Difference[] {
  const read = (text: string) =>
    new Map([...text.matchAll(/^readonly (\w+)='(.*)'$/gm)].map(([, name, value]) => [name, value]));
  const [found, wanted] = [read(there), read(meant)];
  const names = [...new Set([...wanted.keys(), ...found.keys()])].filter((name) => found.get(name) !== wanted.get(name));
  if (names.length === 0)
    return [{ kind: DifferenceKind.SERVER, what: 'the file cluster.env of the pods is another one,', by }];
  return names.map((name) => ({
    kind: DifferenceKind.SERVER,
    what: otherwise(`the ${VARIABLES[name] ?? `variable ${name} of the programs`}`, found.get(name), wanted.get(name)),
    by,
  }));
}

function watchedStack(scope: IConstruct) {
  return { scope: TerraformStack.of(scope).node.path };
}

function namespaceIn(scope: IConstruct, { namespace }: ComparedPods, resources: Resources): string {
  return namespaceOf(watchedStack(scope), withOrigins(scope, namespace), resources);
}

function named(from: IConstruct, resources: Resources) {
  return ({ purpose, name }: ComparedPods['secrets'][number]) => ({
    purpose,
    name: nameOf(watchedStack(from), withOrigins(from, name), resources),
  });
}

function undeclaredReaders(scope: IConstruct, posture: Posture, watched: ComparedPods, resources: Resources): Difference[] {
  const { readers, declared } = indexOf(resources, scope.node.root);
  if (readers.length === 0) return [];
  const namespace = namespaceIn(scope, watched, resources);
  const where = watched.whereOf(watched.statefulSet);
  const own = `${watchedStack(scope).scope}::${addressOf(watched.statefulSet)}`;
  const found = new Map<string, { reader: PossibleReader; purposes: SecretPurpose[] }>();
  for (const { purpose, name } of watched.secrets.map(named(scope, resources))) {
    const told = posture.secrets.filter((place) => place.purpose === purpose).flatMap((place) => place.readers);
    for (const reader of readers) {
      const names = [reader.name, ...(reader.account === undefined ? [] : [reader.account])];
      const isDeclared = names.some((one) => declared.has(`${one} ${namespace}/${name}`) || told.includes(one));
      // The pods themselves are compared with what they were meant to be.
      const isOwn = `${reader.by.scope}::${reader.by.address}` === own;
      if (isDeclared || isOwn || reader.by.where !== where || !reader.reads({ purpose, namespace, name })) continue;
      const key = `${reader.name} by ${reader.by.address}`;
      found.set(key, { reader, purposes: [...(found.get(key)?.purposes ?? []), purpose] });
    }
  }
  return [...found.values()].map(({ reader, purposes }) => ({
    kind: DifferenceKind.READER,
    what: `the ${[...new Set(purposes)].join(' and the ')} may be read by ${reader.name}`,
    by: reader.by.address,
  }));
}

function addressOf({ terraformResourceType: type, friendlyUniqueId: name }: TerraformResource): string {
  return `${type}.${name}`;
}

/** Made once for all clusters of an app. */
const indexes = new WeakMap<Resources, { readers: PossibleReader[]; declared: Set<string> }>();

function indexOf(resources: Resources, app: IConstruct) {
  const former = indexes.get(resources);
  if (former) return former;
  const index = { readers: possibleReaders(resources), declared: new Set<string>() };
  indexes.set(resources, index);
  for (const { scope, reader, secrets } of index.readers.length > 0 ? readersDeclaredIn(app) : []) {
    // Roles of AWS are of another target.
    if (reader.subject === undefined) continue;
    const from = watchedStack(scope);
    const namespace = namespaceOf(from, withOrigins(scope, reader.namespace), resources);
    const name = subjectName(withOrigins(scope, reader.subject));
    for (const secret of secrets)
      index.declared.add(`${name} ${namespace}/${nameOf(from, withOrigins(scope, secret), resources)}`);
  }
  return index;
}
