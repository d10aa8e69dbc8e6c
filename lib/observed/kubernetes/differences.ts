import { IConstruct } from 'constructs';
import { Posture } from '../../posture';
import { Difference } from '../../posture/difference';
import { resourcesOfApp, TreeReading } from '../construct-tree';
import { changeOf } from '../differing';
import { knownOf } from '../known';
import { isAsMeant, maybeMeant, meaningOf, mean, POD_SPEC } from '../meant';
import { blockOf, ObservedResource, Resources } from '../resources';
import { ComparedPods, count, named } from './compared-pods';
import { nameOf, NAMESPACES, namespaceOf, objectsOf } from './objects';
import { patched, PATCHES } from './patches';
import { differentPods } from './pod-differences';
import { WORKLOAD_KINDS } from './pod-set';
import { changedPrograms } from './program-differences';
import { RIGHTS } from './readers';
import { areTogether } from './together';
import { undeclaredReaders } from './undeclared-readers';

const CONFIG_MAPS = ['kubernetes_config_map_v1', 'kubernetes_config_map'];
const KINDS = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding', 'Secret', ...WORKLOAD_KINDS];

/** Compares what pods run, and who reads the secrets of a cluster, with what its constructs meant, whoever changed it. */
export function comparePods(scope: IConstruct, posture: Posture, watched: ComparedPods): void {
  mean(watched.statefulSet, watched.programs);
  count(watched);
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
    isRead: (type) => type.startsWith('kubernetes_'),
    pick,
    whereOf,
    isCertain: true,
    isOfConcern: (resource, values) => {
      const type = resource.terraformResourceType;
      const isRead = RIGHTS.has(type) || NAMESPACES.has(type) || [...PATCHES, ...CONFIG_MAPS].includes(type);
      if (meaningOf(resource) === undefined) return isRead;
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
  const [there, meant] = [change.values, change.meant].map((values) => templateOf(values[POD_SPEC], change.there));
  return differentPods(there, meant, {
    by: change.there.address,
    secrets: secrets.map(named(statefulSet, resources)),
    nameOf: (written) => nameOf(change.there, written, resources),
    entriesOf: (written) => entriesOf(written, change.there, resources),
  });
}

/** The names of the data in a ConfigMap that pods name, where it is of the app. */
function entriesOf(written: unknown, pods: ObservedResource, resources: Resources): string[] | undefined {
  const name = nameOf(pods, written, resources);
  const placeOf = (of: ObservedResource) => namespaceOf(of, blockOf(of.values.metadata)?.namespace ?? 'default', resources);
  const [found, ...others] = resources.ofType(...CONFIG_MAPS).filter((one) => {
    const isCalled = nameOf(one, blockOf(one.values.metadata)?.name, resources) === name;
    return isCalled && areTogether(one, pods) && placeOf(one) === placeOf(pods);
  });
  const data = found?.values.data ?? {};
  return found && others.length === 0 && typeof data === 'object' ? Object.keys(data) : undefined;
}

/** The fields of a pod, as the API of Kubernetes has them. */
function templateOf(spec: unknown, { scope, address, type, where }: Resources['all'][number]): any {
  const resource = { scope, address, type, where, values: { spec } };
  return objectsOf(new Resources([resource]))[0].manifest.spec ?? {};
}
