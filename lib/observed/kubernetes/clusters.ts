import { ListenerPurpose, SecretPurpose } from '../../posture';
import { QdrantPorts } from '../../qdrant';
import { ObservedCluster, ObservedSecret, reachedBy } from '../found-cluster';
import { hasUnknown, listOf, ObservedResource, Resources } from '../resources';
import { listenersOf, resolvedSettings, versionOf } from '../server';
import { unknownOfPods } from '../unknown-setup';
import { imageOf } from '../image';
import { keySetup } from '../keys';
import { NodeSetup } from '../../posture/setup';
import { configurationOf, FoundConfiguration } from './configuration';
import { containerSetup, negated } from './container';
import { unlimitedEgressOf } from './egress';
import { frontsOf } from './fronts';
import { namesAnother } from './joined';
import { lackRestAmongThem } from '../among-nodes';
import { ObservedObject, objectsOf } from './objects';
import { accountOf, podSetOf, podTemplateOf } from './pod-set';
import { inboundOf } from './policies';
import { hasAccountToken, resilienceSetup } from './resilience';
import { rightsOf } from './rights';
import { secretsOf } from './secrets';
import { storageSetup } from './storage';

const OWN = [QdrantPorts.REST, QdrantPorts.GRPC, QdrantPorts.PEER];
const CONSTRUCT = 'cdktf-qdrant/construct';

/** The clusters of Qdrant in Kubernetes among what was read. */
export function clustersOnKubernetes(resources: Resources): ObservedCluster[] {
  const objects = objectsOf(resources);
  return objects.flatMap((object) => {
    const template = podTemplateOf(object);
    const container = listOf(template?.spec?.containers).find((candidate) => isServer(candidate, template, object));
    return container ? [clusterOf(object, template, container, objects, resources)] : [];
  });
}

/** By the name of its image, or by what it serves. What only runs a while beside a cluster serves nothing. */
function isServer(container: any, template: any, { kind }: ObservedObject): boolean {
  const ports = listOf(container.ports).map(({ containerPort }) => Number(containerPort));
  if (OWN.some((port) => ports.includes(port))) return !/nginx|envoy|haproxy/.test(String(container.image).split('/').pop()!);
  const [image] = String(container.image ?? '')
    .split('/')
    .pop()!
    .split(/[:@]/);
  const isNamed = image === 'qdrant' || template.metadata?.labels?.['app.kubernetes.io/name'] === 'qdrant';
  return isNamed && kind !== 'Job' && kind !== 'CronJob';
}

function clusterOf(
  object: ObservedObject,
  template: any,
  container: any,
  objects: ObservedObject[],
  resources: Resources,
): ObservedCluster {
  const { resource, manifest } = object;
  const isOurs = manifest.metadata?.annotations?.[CONSTRUCT] !== undefined;
  const configuration = configurationOf(container, template, object, objects, resources);
  const { server, unknown } = configuration;
  const pods = podSetOf(object);
  const inbound = inboundOf(pods, objects);
  const listeners = reachedBy(listenersOf(server, 'pods'), resource, inbound.rules);
  const fronts = frontsOf(pods, listeners, template, objects, resources);
  const settings = resolvedSettings(server, isOurs);
  const unknownReach = [...inbound.unknown, ...fronts.unknown];
  const replicas = object.kind === 'Pod' ? 1 : Number(manifest.spec?.replicas ?? 1);
  const nodeCount = object.kind !== 'DaemonSet' && Number.isInteger(replicas) ? replicas : undefined;
  const version = versionOf(container.image);
  const guard = (server.guardedPorts ?? []).length > 0;
  const asked = settings?.value('service.verify_https_client_certificate');
  const setup: NodeSetup = {
    image: imageOf(container.image),
    unlimitedEgress: unlimitedEgressOf(pods, objects),
    ...containerSetup(container, template),
    ...accountSetup(template, object, objects),
    ...storageSetup(server, container, template, { by: object, objects, resources }),
    ...resilienceSetup({ object, template, container, pods, count: nodeCount, listeners, objects }),
    namesNoOther:
      (nodeCount ?? 1) > 1 ? negated(namesAnother(container, template, { by: object, objects, resources })) : undefined,
    lacksRestAmongNodes: lackRestAmongThem(listeners, 'pods'),
    ...keySetup(server.values),
  };
  return {
    name: `${object.kind} ${object.namespace}/${object.name}`,
    resource,
    facts: {
      listeners: [...listeners, ...fronts.listeners],
      outbound: [],
      secrets: [...writtenDown(configuration, resource), ...secretsOf(object, container, template, objects, resources)],
      version,
      settings,
      nodeCount,
      clientVerification: guard ? true : asked === undefined && server.isWhole ? false : asked,
      protectedFromRemoval: protectionOf(resource.values, isOurs),
      unprotectedNodes: [],
      setup,
    },
    parts: objects.map((other) => other.resource),
    unknown: [
      ...unknown,
      ...unknownReach,
      ...(isOurs ? [] : unknownOfPods(setup)),
      ...(version === undefined ? [`the version of Qdrant: the image is ${container.image ?? 'not given'}`] : []),
      ...(hasUnknown(template.metadata?.labels) ? ['some labels of the pods'] : []),
      ...listeners
        .filter(({ apiKey, purpose }) => apiKey === undefined && purpose === ListenerPurpose.REST)
        .map(() => 'whether a key is asked for'),
    ],
    unknownReach,
  };
}

/** The service account of pods, with what it may do. */
function accountSetup(template: any, object: ObservedObject, objects: ObservedObject[]): NodeSetup {
  const name = String(accountOf(template.spec));
  const account = objects.find(
    (other) =>
      other.kind === 'ServiceAccount' &&
      other.name === name &&
      other.namespace === object.namespace &&
      other.resource.where === object.resource.where,
  );
  return { hasAccountToken: hasAccountToken(template, account), rightsOfPods: rightsOf(name, object, objects) };
}

/** Keys that stand where everybody reads them who reads the objects. */
function writtenDown({ keyInClearText, keysInConfigMaps }: FoundConfiguration, resource: ObservedResource): ObservedSecret[] {
  const written = { origin: 'written down', isInClearText: true };
  const inTemplate = { purpose: SecretPurpose.ADMIN_API_KEY, keptIn: `the template of the pods of ${resource.address}` };
  return [
    ...(keyInClearText ? [new ObservedSecret({ ...written, ...inTemplate }, resource)] : []),
    ...keysInConfigMaps.map(
      ({ purpose, holder }) => new ObservedSecret({ ...written, purpose, keptIn: `ConfigMap ${holder.name}` }, holder.resource),
    ),
  ];
}

/** Only what is synthesized says whether Terraform may end it. */
function protectionOf(values: any, isOurs: boolean): boolean | undefined {
  if (!isOurs || values.lifecycle === undefined) return undefined;
  return values.lifecycle.prevent_destroy === true;
}
