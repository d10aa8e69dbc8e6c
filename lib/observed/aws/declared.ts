import { TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { withinRanges } from '../../input/cidr';
import { Listener, Posture, UndeclaredReach } from '../../posture';
import { declarationsIn } from '../../posture/declarations';
import { resourcesOfApp, TreeReading, withOrigins } from '../construct-tree';
import { addTo } from '../grouped';
import { knownOf } from '../known';
import { InboundRule, ObservedSource } from '../reach';
import { Resources } from '../resources';
import { DeclaredSource, undeclaredReach } from '../undeclared';
import { SECURITY_GROUP_TYPES, SecurityGroups } from './ingress';
import { INTERFACE_TYPES, InterfaceGroups } from './interfaces';
import { unknownGroup } from './unknown-group';

const READ = new Set([...SECURITY_GROUP_TYPES, ...INTERFACE_TYPES, 'aws_instance', 'aws_lb']);
/** What decides of which groups a machine or a balancer is; the user data of a machine is long. */
const MEMBERSHIP = [
  ...['vpc_security_group_ids', 'security_groups', 'network_interface', 'primary_network_interface', 'count', 'for_each'],
];

const reading: TreeReading = {
  isRead: (type) => READ.has(type),
  pick: (type, values) =>
    ['aws_instance', 'aws_lb'].includes(type) ? Object.fromEntries(MEMBERSHIP.map((name) => [name, values[name]])) : values,
  // Ids of AWS are of one place only.
  whereOf: () => '',
};

/** Listeners, and by what they are reached. */
export interface WatchedListeners {
  readonly securityGroupId: string;
  /** What is in that group, and may be given further ones: instances and their network interfaces, or a load balancer. */
  readonly memberIds: () => string[];
  readonly listeners: () => Listener[];
}

/** Compares who is let in by the security groups of an app with what was declared to a cluster, whoever made them. */
export function watchSecurityGroups(scope: IConstruct, posture: Posture, watched: WatchedListeners): void {
  const reachIn = knownOf((resources) => observe(scope, watched, resources));
  posture._observations.reachBy((mayBeKnown) => reachIn(resourcesOfApp(scope.node.root, reading, mayBeKnown)));
}

function observe(scope: IConstruct, watched: WatchedListeners, resources: Resources): UndeclaredReach[] {
  const { groups, interfaces, declared } = indexOf(resources, scope.node.root);
  const stack = { scope: TerraformStack.of(scope).node.path };
  const identityOf = (value: string) => resources.identity(stack, withOrigins(scope, value));
  const identities = new Set([identityOf(watched.securityGroupId)]);
  const foreign: InboundRule[] = [];
  const members = watched.memberIds().map(identityOf);
  for (const { by, group } of members.flatMap((member) => interfaces.groupsOf(member))) {
    const identity = resources.identity(by, group);
    identities.add(identity);
    if (!groups.has(identity)) foreign.push(unknownGroup(group, by));
  }
  const strangers = strangersIn(identityOf(watched.securityGroupId), members, interfaces);
  const rules = [...groups.inboundOf([...identities]).map((rule) => withStrangers(rule, strangers)), ...foreign];
  const told = [...identities].flatMap((identity) => declared.get(identity) ?? []);
  return undeclaredReach(scope, watched.listeners(), rules, told, (sources) => coverageOf(sources, identityOf));
}

/** What is in the group of the nodes and is none of them: it is let in wherever they are, and declared where the group is. */
function strangersIn(group: string, members: string[], interfaces: InterfaceGroups): ObservedSource[] {
  const others = interfaces.othersIn(group, members);
  if (others.length === 0) return [];
  const addresses = [...new Set(others.map(({ address }) => address))];
  return [{ name: `${addresses.join(' and ')} in the security group of the nodes`, key: group, by: others[0] }];
}

function withStrangers({ ports, sources }: InboundRule, strangers: ObservedSource[]): InboundRule {
  return { ports, sources: sources.some(({ nodes }) => nodes) ? [...sources, ...strangers] : sources };
}

/** Of a range its parts are declared too; of a group, or a list, itself. */
function coverageOf(declared: string[], identityOf: (source: string) => string): (source: ObservedSource) => boolean {
  const identities = new Set(declared);
  let isWithin: ((cidr: string) => boolean) | undefined;
  return ({ key, cidr }) => {
    if (identities.has(identityOf(key))) return true;
    isWithin ??= withinRanges(declared);
    return cidr !== undefined && isWithin(cidr);
  };
}

interface Index {
  readonly groups: SecurityGroups;
  readonly interfaces: InterfaceGroups;
  /** Who was declared to reach the members of a group, by its identity. */
  readonly declared: Map<string, Array<DeclaredSource<string>>>;
}

/** Made once for all clusters of an app. */
const indexes = new WeakMap<Resources, Index>();

function indexOf(resources: Resources, app: IConstruct): Index {
  const index = indexes.get(resources) ?? {
    groups: new SecurityGroups(resources),
    interfaces: new InterfaceGroups(resources),
    declared: declaredIn(app, resources),
  };
  indexes.set(resources, index);
  return index;
}

function declaredIn(app: IConstruct, resources: Resources): Index['declared'] {
  const declared: Index['declared'] = new Map();
  for (const { scope, at, port, source } of declarationsIn(app)) {
    // Pods are of another target.
    if (typeof at !== 'string') continue;
    const stack = { scope: TerraformStack.of(scope).node.path };
    const identityOf = (value: unknown) => resources.identity(stack, withOrigins(scope, value));
    addTo(declared, identityOf(at), { port: withOrigins(scope, port), source: identityOf(source) });
  }
  return declared;
}
