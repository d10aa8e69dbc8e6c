import { addTo } from '../grouped';
import { isEach, listOf, ObservedResource, Resources, UNKNOWN } from '../resources';

/** The types of resources by which a network interface is given security groups, or to a machine. */
export const INTERFACE_TYPES = [
  'aws_network_interface',
  'aws_network_interface_sg_attachment',
  'aws_network_interface_attachment',
];
/** What has security groups of its own, for all of its interfaces. */
const OWNERS = [
  ...['aws_instance', 'aws_spot_instance_request', 'aws_launch_template', 'aws_launch_configuration', 'aws_lb', 'aws_alb'],
];

/** A security group, as a resource gives it to a network interface. */
export interface GivenGroup {
  readonly by: ObservedResource;
  readonly group: unknown;
}

/** A machine or an interface in a group, with the resource that puts it there. */
interface GroupMember {
  readonly identity: string;
  readonly by: ObservedResource;
}

/** The security groups of network interfaces, and of what they are of: machines, and load balancers. */
export class InterfaceGroups {
  private readonly given = new Map<string, GivenGroup[]>();
  /** The interfaces of each machine. */
  private readonly attached = new Map<string, Set<string>>();

  /** What is in each group. */
  private readonly members = new Map<string, GroupMember[]>();

  public constructor(private readonly resources: Resources) {
    for (const by of resources.ofType('aws_network_interface')) {
      const identity = resources.identity(by, `\${${by.address}.id}`);
      for (const group of listOf(by.values.security_groups)) this.add(identity, { by, group });
      for (const { instance } of listOf(by.values.attachment)) this.attach(this.named(by, instance), [identity]);
    }
    for (const by of resources.ofType('aws_network_interface_sg_attachment')) {
      for (const identity of this.named(by, by.values.network_interface_id)) {
        this.add(identity, { by, group: by.values.security_group_id });
      }
    }
    for (const by of resources.ofType('aws_network_interface_attachment')) {
      this.attach(this.named(by, by.values.instance_id), this.named(by, by.values.network_interface_id));
    }
    for (const by of resources.ofType(...OWNERS)) this.addOwner(by);
  }

  /** Those of an interface; or of a machine with all of its interfaces, or of a balancer. */
  public groupsOf(identity: string): GivenGroup[] {
    const interfaces = [...(this.attached.get(identity) ?? [])];
    return [identity, ...interfaces].flatMap((one) => this.given.get(one) ?? []);
  }

  /** The network interfaces of a machine, as far as they are resources of their own. */
  public interfacesOf(identity: string): ObservedResource[] {
    return [...(this.attached.get(identity) ?? [])].flatMap((one) => this.resources.identified(one) ?? []);
  }

  /** What is in a group, other than an owner of identities and its interfaces. */
  public othersIn(group: string, owners: string[]): ObservedResource[] {
    const own = new Set(owners.flatMap((owner) => [owner, ...(this.attached.get(owner) ?? [])]));
    return (this.members.get(group) ?? []).filter(({ identity }) => !own.has(identity)).map(({ by }) => by);
  }

  private addOwner(by: ObservedResource): void {
    const identity = this.resources.identity(by, `\${${by.address}.id}`);
    const { values } = by;
    const blocks = [
      ...listOf(values.network_interface),
      ...listOf(values.primary_network_interface),
      ...listOf(values.network_interfaces),
    ];
    const groups = [
      ...listOf(values.vpc_security_group_ids),
      ...listOf(values.security_groups),
      ...blocks.flatMap((block) => listOf(block.security_groups)),
    ];
    for (const group of groups) this.add(identity, { by, group });
    // What is not known at all is not known to be the same as another.
    const ofBlocks = blocks.map((block) => block.network_interface_id).filter((id) => id !== UNKNOWN);
    const ids = [...ofBlocks, values.primary_network_interface_id];
    this.attach(
      [identity],
      ids.flatMap((id) => ((id ?? undefined) === undefined ? [] : this.named(by, id))),
    );
  }

  /** What a value names; of what stands for each of several, all of them. */
  private named(by: ObservedResource, value: unknown): string[] {
    return isEach(value) ? this.resources.mentioned(by, by.values.for_each) : [this.resources.identity(by, value)];
  }

  private attach(machines: string[], interfaces: string[]): void {
    for (const machine of machines) {
      this.attached.set(machine, new Set([...(this.attached.get(machine) ?? []), ...interfaces]));
    }
  }

  private add(identity: string, group: GivenGroup): void {
    addTo(this.members, this.resources.identity(group.by, group.group), { identity, by: group.by });
    addTo(this.given, identity, group);
  }
}
