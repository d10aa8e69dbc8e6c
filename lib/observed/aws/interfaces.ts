import { listOf, ObservedResource, Resources } from '../resources';

/** A security group, as a resource gives it to a network interface. */
export interface GivenGroup {
  readonly by: ObservedResource;
  readonly group: unknown;
}

/** The security groups of network interfaces, by the interface. */
export class InterfaceGroups {
  private readonly given = new Map<string, GivenGroup[]>();

  public constructor(resources: Resources) {
    for (const by of resources.ofType('aws_network_interface')) {
      const identity = resources.identity(by, `\${${by.address}.id}`);
      for (const group of listOf(by.values.security_groups)) this.add(identity, { by, group });
    }
    for (const by of resources.ofType('aws_network_interface_sg_attachment')) {
      this.add(resources.identity(by, by.values.network_interface_id), { by, group: by.values.security_group_id });
    }
  }

  public groupsOf(interfaceIdentity: string): GivenGroup[] {
    return this.given.get(interfaceIdentity) ?? [];
  }

  private add(identity: string, group: GivenGroup): void {
    const groups = this.given.get(identity);
    if (groups) groups.push(group);
    else this.given.set(identity, [group]);
  }
}
