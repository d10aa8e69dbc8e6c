import { ListenerProps, ListenerPurpose, SecretPurpose } from '../../posture';
import { QdrantPorts } from '../../qdrant';
import { ObservedCluster, ObservedListener, ObservedSecret, reachedBy } from '../found-cluster';
import { groupedBy } from '../grouped';
import { InboundRule, ObservedSource } from '../reach';
import { displayed, hasUnknown, isGiven, listOf, ObservedResource, Resources, UNKNOWN } from '../resources';
import { listenersOf, ObservedServer, resolvedSettings, versionOf } from '../server';
import { unknownOfMachines } from '../unknown-setup';
import { NodeSetup } from '../../posture/setup';
import { balancersOf } from './balancers';
import { SecurityGroups } from './ingress';
import { attachedSomewhere, groupsByLoop } from './attachments';
import { lackRestAmongThem } from '../among-nodes';
import { keySetup } from '../keys';
import { InterfaceGroups } from './interfaces';
import { machineSetup } from './machine-setup';
import { secretsOf } from './secrets';
import { unknownGroup } from './unknown-group';
import { ourServer, serverIn, userDataOf } from './user-data';

const OWN = [QdrantPorts.REST, QdrantPorts.GRPC, QdrantPorts.PEER];
const MACHINES = ['aws_instance', 'aws_spot_instance_request', 'aws_launch_template', 'aws_launch_configuration'];

/** A machine with what lets others in to it. */
interface Machine {
  readonly resource: ObservedResource;
  readonly interfaces: ObservedResource[];
  readonly groups: Array<{ group: unknown; by: ObservedResource; identity: string }>;
  readonly text: string | undefined;
}

/** The clusters of Qdrant on EC2 among what was read. */
export function clustersOnAws(resources: Resources): ObservedCluster[] {
  const groups = new SecurityGroups(resources);
  const named = groups.withRulesFor(OWN);
  const interfaces = new InterfaceGroups(resources);
  const machines = resources
    .ofType(...MACHINES)
    .map((resource) => machineOf(resource, resources, interfaces))
    .filter((machine) => isNode(machine, named));
  const found = groupedBy(machines, clusterKeyOf).map((nodes) => clusterOf(nodes, resources, groups));
  const used = new Set(machines.flatMap((machine) => machine.groups.map(({ identity }) => identity)));
  const balancers = new Set(
    resources
      .ofType('aws_lb', 'aws_alb')
      .flatMap((lb) => listOf(lb.values.security_groups).map((group) => resources.identity(lb, group))),
  );
  const alone = resources
    .ofType('aws_security_group')
    .map((resource) => ({ resource, identity: resources.identity(resource, `\${${resource.address}.id}`) }))
    .filter(({ identity }) => named.includes(identity) && !used.has(identity) && !balancers.has(identity));
  return [...found, ...alone.map(({ resource, identity }) => clusterOfGroup(resource, identity, groups))];
}

function machineOf(resource: ObservedResource, resources: Resources, given: InterfaceGroups): Machine {
  const identity = resources.identity(resource, `\${${resource.address}.id}`);
  const interfaces = given.interfacesOf(identity);
  const groups = [...given.groupsOf(identity), ...groupsByLoop([resource, ...interfaces], resources)].map(({ group, by }) => ({
    group,
    by,
    identity: resources.identity(by, group),
  }));
  return {
    resource,
    interfaces,
    // One that is found in two ways lets nobody in twice.
    groups: [...new Map(groups.map((group) => [group.identity, group])).values()],
    text: userDataOf(resource, resources),
  };
}

/** By its name, its image or what it runs; or by a group that opens the ports of Qdrant. */
function isNode({ resource, groups, text }: Machine, named: string[]): boolean {
  const { tags, ami, name } = resource.values;
  const words = [resource.address, name, ami, ...Object.values(tags ?? {}), ...Object.keys(tags ?? {}), text ?? ''];
  return words.some((word) => /qdrant/i.test(String(word ?? ''))) || groups.some(({ identity }) => named.includes(identity));
}

/** The nodes of this library's clusters know which one is theirs; others belong together that have the same groups. */
function clusterKeyOf({ resource, groups }: Machine): string {
  const { tags } = resource.values;
  const id = tags?.QdrantClusterId ?? tags?.QdrantCluster;
  if (id !== undefined) return `${resource.scope}::${id}`;
  const identities = groups.map(({ identity }) => identity).sort();
  return identities.length > 0 ? identities.join() : resource.address;
}

function clusterOf(nodes: Machine[], resources: Resources, groups: SecurityGroups): ObservedCluster {
  const [{ resource, text }] = nodes;
  const ours = text === undefined ? undefined : ourServer(text);
  const isOurs = ours !== undefined || resource.values.tags?.QdrantClusterId !== undefined;
  const { server, unknown, keyInClearText } = ours
    ? { server: ours.server, unknown: [], keyInClearText: false }
    : serverIn(isOurs ? undefined : text);
  const identities = [...new Set(nodes.flatMap((node) => node.groups.map(({ identity }) => identity)))];
  const foreign = nodes.flatMap((node) => node.groups.filter(({ identity }) => !groups.has(identity)));
  const properties = listenersOf(server, 'nodes');
  const known = nodes.flatMap(({ resource: machine, interfaces }) => [machine, ...interfaces]);
  const balancers = balancersOf(known, properties, resources, groups);
  const rules = [
    ...groups.inboundOf(identities).map((rule) => named(rule, balancers.names)),
    ...groups.inboundOfUnknown(identities),
    ...foreign.map(({ group, by }) => unknownGroup(group, by)),
    ...(identities.length === 0 ? [unknownGroup('of the VPC by default', resource)] : []),
  ];
  const health: ListenerProps[] = balancers.healthPorts.map((port) => ({
    at: 'nodes',
    purpose: ListenerPurpose.HEALTH,
    port,
    tls: false,
    apiKey: false,
  }));
  const settings = resolvedSettings(server, isOurs);
  const unknownGroups = groups.ofUnknownGroups.map(
    (rule) => `which security group ${rule.address} opens, which may be that of the nodes`,
  );
  const listeners = reachedBy([...properties, ...health], resource, rules);
  const version = versionOf(ours?.config.image ?? server.image);
  const setup: NodeSetup = {
    ...machineSetup({
      machines: nodes.map((node) => node.resource),
      texts: isOurs ? [] : nodes.flatMap((node) => node.text ?? []),
      groups: identities,
      ...{ rules, resources },
    }),
    outdatedTls: balancers.outdatedTls,
    lacksRestAmongNodes: lackRestAmongThem(listeners, 'nodes'),
    namesNoOther: !isOurs && server.isWhole ? namesNoOther(nodes) : undefined,
    ...(isOurs ? {} : keySetup(server.values)),
  };
  return {
    name: `${resource.values.tags?.QdrantCluster ?? resource.values.tags?.Name ?? resource.address}`,
    resource,
    facts: {
      listeners: [...listeners, ...balancers.listeners],
      outbound: [],
      secrets: [...writtenDown(keyInClearText, resource), ...secretsOf(ours?.config, nodes[0].resource, resources)],
      version,
      settings,
      zoneCount: zoneCountOf(nodes, resources),
      nodeCount: MACHINES.slice(0, 2).includes(resource.type) ? nodes.length : undefined,
      clientVerification: verificationOf(server, settings?.value('service.verify_https_client_certificate')),
      protectedFromRemoval: isOurs ? protectionOf(resource.values) : undefined,
      unprotectedNodes: [],
      setup,
    },
    parts: resources.all,
    unknown: [
      ...unknown,
      ...(version === undefined ? ['the version of Qdrant'] : []),
      ...(isOurs ? [] : unknownOfMachines(setup, server.isWhole)),
      ...attachedSomewhere(resources),
      ...(isOurs ? [] : withMoreRules(nodes, resources)),
      ...unknownGroups,
    ],
    // Rules of groups that are not known are among what lets others in.
    unknownReach: [],
  };
}

/** Whether no script of several names another node to join. */
function namesNoOther(nodes: Machine[]): boolean {
  return nodes.length > 1 && !nodes.some(({ text }) => text === undefined || /bootstrap/i.test(text));
}

/** In how many zones the nodes stand; undefined where that is not known of all of them. */
function zoneCountOf(nodes: Machine[], resources: Resources): number | undefined {
  const subnets = nodes.map(({ resource, interfaces }) => subnetsOf(resource, interfaces, resources));
  const zones = nodes.map(
    ({ resource }, index) =>
      resources.identified(subnets[index][0] ?? '')?.values.availability_zone ?? resource.values.availability_zone,
  );
  if (zones.every((zone) => isGiven(zone) && !hasUnknown(zone))) return new Set(zones).size;
  // Of several subnets nobody knows that they are of several zones; one is of one.
  return subnets.every(([subnet]) => subnet !== undefined && subnet === subnets[0][0]) ? 1 : undefined;
}

function subnetsOf(resource: ObservedResource, interfaces: ObservedResource[], resources: Resources): string[] {
  return [resource, ...interfaces].flatMap(({ values, scope }) =>
    isGiven(values.subnet_id) && values.subnet_id !== UNKNOWN ? [resources.identity({ scope }, values.subnet_id)] : [],
  );
}

/** A plan does not show a dynamic block whose items are not known yet: the group looks like one without any. */
function withMoreRules(nodes: Machine[], resources: Resources): string[] {
  return nodes
    .flatMap((node) => node.groups.map(({ group, by }) => resources.target(by, group)?.address))
    .filter((address) => address !== undefined && resources.surroundings.mayHaveMore?.includes(address))
    .map((address) => `whether ${address} has dynamic rules, which a plan does not show before their items are known`);
}

function verificationOf(server: ObservedServer, asked: unknown): boolean | undefined {
  if ((server.guardedPorts ?? []).length > 0) return true;
  if (typeof asked === 'boolean') return asked;
  return server.isWhole ? false : undefined;
}

function protectionOf(values: any): boolean | undefined {
  return typeof values.disable_api_termination === 'boolean' ? values.disable_api_termination : undefined;
}

function writtenDown(isWritten: boolean, resource: ObservedResource): ObservedSecret[] {
  const place = {
    purpose: SecretPurpose.ADMIN_API_KEY,
    keptIn: `the user data of ${resource.address}`,
    origin: 'written down',
    isInClearText: true,
  };
  return isWritten ? [new ObservedSecret(place, resource)] : [];
}

/** A rule that lets in the balancers of the cluster, by what a reader knows them by. */
function named({ ports, sources }: InboundRule, names: Map<string, string>): InboundRule {
  const renamed = (source: ObservedSource) => ({ ...source, name: names.get(source.key) ?? source.name });
  return { ports, sources: sources.map(renamed) };
}

/** A group that opens the ports of Qdrant, whose members are not among what was read. */
function clusterOfGroup(resource: ObservedResource, identity: string, groups: SecurityGroups): ObservedCluster {
  const server: ObservedServer = { values: new Map(), isWhole: false };
  const properties = listenersOf(server, `members of ${resource.address}`);
  const listeners: ObservedListener[] = reachedBy(properties, resource, groups.inboundOf([identity]));
  return {
    name: String(hasUnknown(resource.values.name) ? resource.address : (resource.values.name ?? displayed(resource.address))),
    resource,
    facts: { listeners, outbound: [], secrets: [], unprotectedNodes: [] },
    unknown: [`what runs on the members of ${resource.address}: TLS, keys, version and settings`],
    unknownReach: [],
  };
}
