import { TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { Listener, Posture, UndeclaredReach } from '../../posture';
import { resourcesOfApp, TreeReading, withOrigins } from '../construct-tree';
import { InboundRule } from '../reach';
import { Resources } from '../resources';
import { undeclaredReach } from '../undeclared';
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
  const { groups, interfaces } = indexOf(resources);
  const stack = { scope: TerraformStack.of(scope).node.path };
  const identityOf = (value: string) => resources.identity(stack, withOrigins(scope, value));
  const identities = new Set([identityOf(watched.securityGroupId)]);
  const foreign: InboundRule[] = [];
  for (const { by, group } of watched.interfaceIds.flatMap((id) => interfaces.groupsOf(identityOf(id)))) {
    const identity = resources.identity(by, group);
    identities.add(identity);
    if (!groups.has(identity)) foreign.push(unknownGroup(group, by));
  }
  return undeclaredReach(scope, watched.listeners(), [...groups.inboundOf([...identities]), ...foreign], identityOf);
}

interface Index {
  readonly groups: SecurityGroups;
  readonly interfaces: InterfaceGroups;
}

/** Made once for all clusters of an app. */
const indexes = new WeakMap<Resources, Index>();

function indexOf(resources: Resources): Index {
  const index = indexes.get(resources) ?? { groups: new SecurityGroups(resources), interfaces: new InterfaceGroups(resources) };
  indexes.set(resources, index);
  return index;
}
