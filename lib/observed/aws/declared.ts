import { TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { withinRanges } from '../../input/cidr';
import { Listener, Posture, UndeclaredReach } from '../../posture';
import { declarationsIn } from '../../posture/declarations';
import { resourcesOfApp, TreeReading, withOrigins } from '../construct-tree';
import { InboundRule, ObservedSource } from '../reach';
import { Resources } from '../resources';
import { DeclaredSource, undeclaredReach } from '../undeclared';
import { SECURITY_GROUP_TYPES, SecurityGroups } from './ingress';
import { InterfaceGroups } from './interfaces';
import { unknownGroup } from './unknown-group';

const READ = new Set([...SECURITY_GROUP_TYPES, 'aws_network_interface', 'aws_network_interface_sg_attachment']);

const reading: TreeReading = {
  isRead: (type) => READ.has(type),
  pick: (_type, values) => values,
  // Ids of AWS are of one place only.
  whereOf: () => '',
};

/** Listeners, and by what they are reached. */
export interface WatchedListeners {
  readonly securityGroupId: string;
  /** The ids of the network interfaces of the nodes, which may be given further groups. */
  readonly interfaceIds: string[];
  readonly listeners: () => Listener[];
}

/** Compares who is let in by the security groups of an app with what was declared to a cluster, whoever made them. */
export function watchSecurityGroups(scope: IConstruct, posture: Posture, watched: WatchedListeners): void {
  posture._observeBy((mayBeKnown) => observe(scope, watched, mayBeKnown));
}

function observe(scope: IConstruct, watched: WatchedListeners, mayBeKnown: boolean): UndeclaredReach[] {
  const resources = resourcesOfApp(scope.node.root, reading, mayBeKnown);
  const { groups, interfaces, declared } = indexOf(resources, scope.node.root);
  const stack = { scope: TerraformStack.of(scope).node.path };
  const identityOf = (value: string) => resources.identity(stack, withOrigins(scope, value));
  const identities = new Set([identityOf(watched.securityGroupId)]);
  const foreign: InboundRule[] = [];
  for (const { by, group } of watched.interfaceIds.flatMap((id) => interfaces.groupsOf(identityOf(id)))) {
    const identity = resources.identity(by, group);
    identities.add(identity);
    if (!groups.has(identity)) foreign.push(unknownGroup(group, by));
  }
  const rules = [...groups.inboundOf([...identities]), ...foreign];
  const told = [...identities].flatMap((identity) => declared.get(identity) ?? []);
  return undeclaredReach(scope, watched.listeners(), rules, told, (sources) => coverageOf(sources, identityOf));
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
    const group = identityOf(at);
    const told = { port: withOrigins(scope, port), source: identityOf(source) };
    if (declared.has(group)) declared.get(group)!.push(told);
    else declared.set(group, [told]);
  }
  return declared;
}
