import { TerraformDataSource, TerraformResource, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { Posture, SecretPurpose } from '../../posture';
import { readersDeclaredIn } from '../../posture/declarations';
import { Difference, DifferenceKind } from '../../posture/difference';
import { resourcesOfApp, TreeReading, withOrigins } from '../construct-tree';
import { changeOf, differentSettings, isEqual, otherwise } from '../differing';
import { knownOf } from '../known';
import { isAsMeant, maybeMeant, meaningOf, mean } from '../meant';
import { Resources, unchecked } from '../resources';
import { settingsIn } from '../server';
import { NAMESPACES, namespaceOf, objectsOf } from './objects';
import { PossibleReader, possibleReaders, RIGHTS, subjectName } from './readers';
import { differentPods } from './pod-differences';

const KINDS = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'];

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
    ...undeclaredReaders(scope, posture, watched, resources),
  ]);
  const app = scope.node.root;
  posture._observations.differencesBy((mayBeKnown) => differencesIn(resourcesOfApp(app, readingBy(app, watched), mayBeKnown)));
}

/** One of an app, so that what was read holds for all of its clusters. */
const readings = new WeakMap<IConstruct, TreeReading>();

function readingBy(app: IConstruct, { whereOf }: ComparedPods): TreeReading {
  const reading: TreeReading = readings.get(app) ?? {
    isRead: (type) => type.startsWith('kubernetes_') && (maybeMeant(type) || RIGHTS.has(type) || NAMESPACES.has(type)),
    pick: (type, values) => (type === 'kubernetes_manifest' && !KINDS.includes(values.manifest?.kind) ? undefined : values),
    whereOf,
    isOfConcern: (resource, values) =>
      !isAsMeant(resource, values) && (meaningOf(resource) !== undefined || !maybeMeant(resource.terraformResourceType)),
  };
  readings.set(app, reading);
  return reading;
}

function changedPods({ statefulSet, secrets }: ComparedPods, resources: Resources): Difference[] {
  const change = changeOf(statefulSet, resources);
  if (!change) return [];
  const [there, meant] = [change.values, change.meant].map((values) => templateOf(values['spec.template.spec'], change.there));
  return differentPods(there, meant, { by: change.there.address, secrets: secrets.map(written(statefulSet)) });
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
  const [there, meant] = [change.values, change.meant].map(({ data }): { [file: string]: string } => data ?? {});
  const names = Object.keys({ ...meant, ...there }).filter((name) => !isEqual(there[name], meant[name]));
  return names.flatMap((name) => {
    const texts = [there[name], meant[name]].map((text) => String(text ?? ''));
    if (name === 'settings.yaml') return differentSettings(settingsIn(texts[0]), settingsIn(texts[1]), by);
    if (name === 'cluster.env') return differentVariables(texts[0], texts[1], by);
    return [{ kind: DifferenceKind.SERVER, what: `the file ${name} of the pods is another one,`, by }];
  });
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

function written(from: IConstruct) {
  return ({ purpose, name }: ComparedPods['secrets'][number]) => ({
    purpose,
    name: String(unchecked(withOrigins(from, name))),
  });
}

function undeclaredReaders(scope: IConstruct, posture: Posture, watched: ComparedPods, resources: Resources): Difference[] {
  const { readers, declared } = indexOf(resources, scope.node.root);
  if (readers.length === 0) return [];
  const from = { scope: TerraformStack.of(scope).node.path };
  const namespace = namespaceOf(from, withOrigins(scope, watched.namespace), resources);
  const where = watched.whereOf(watched.statefulSet);
  const found = new Map<string, { reader: PossibleReader; purposes: SecretPurpose[] }>();
  for (const { purpose, name } of watched.secrets.map(written(scope))) {
    const told = posture.secrets.filter((place) => place.purpose === purpose).flatMap((place) => place.readers);
    for (const reader of readers) {
      if (reader.by.where !== where || declared.has(`${reader.name} ${namespace}/${name}`) || told.includes(reader.name))
        continue;
      if (!reader.reads(namespace, name)) continue;
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
    const from = { scope: TerraformStack.of(scope).node.path };
    const namespace = namespaceOf(from, withOrigins(scope, reader.namespace), resources);
    const name = subjectName(withOrigins(scope, reader.subject));
    for (const secret of secrets) index.declared.add(`${name} ${namespace}/${unchecked(withOrigins(scope, secret))}`);
  }
  return index;
}
