import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import { Route53Zone } from '@cdktf/provider-aws/lib/route53-zone';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { badInput, isUnknown } from '../../input/input';
import { checkId } from './ids';

/** A DNS zone in which the names of a cluster stand. @internal */
export interface NameZone {
  readonly zoneId: string;
  /** The name that the nodes' names end in, and that stands for all of them. */
  readonly baseName: string;
}

/** The names by which nodes and clients address the nodes. A name outlives its instance and is included in the certificates. */
export abstract class NodeNames {
  /**
   * A private DNS zone that is created for the cluster: `node-0.ZONE`, `node-1.ZONE` and so on, and `ZONE` for all of them.
   *
   * @param zoneName for example `vectors.internal`; only one cluster in a VPC can use it
   */
  public static privateZone(zoneName: string): NodeNames {
    return new OwnZone(checkedName('NodeNames.privateZone', zoneName));
  }

  /**
   * An existing DNS zone: `node-0.CLUSTER.ZONE` and so on, and `CLUSTER.ZONE` for all of them.
   *
   * @param zoneId the zone's id in Route 53
   * @param zoneName the zone's name
   * @throws if the id is no id of a zone, or the name no name of one
   */
  public static existingZone(zoneId: string, zoneName: string): NodeNames {
    checkId('NodeNames.existingZone', 'zoneId', zoneId, /^Z[A-Z0-9]+$/, 'Z0123456789ABCDEFGHIJ');
    return new ExistingZone(zoneId, checkedName('NodeNames.existingZone', zoneName));
  }

  /**
   * The private IP addresses of the nodes' network interfaces, which outlive the instances as well. Certificates include them
   * as IP addresses. A cluster with addresses cannot be restored from snapshots (`dataVolume.snapshotIds`) after its removal:
   * new interfaces have new addresses, and nodes refuse data of a node with another one.
   */
  public static addresses(): NodeNames {
    return new Addresses();
  }

  /** Makes the type nominal. */
  private readonly typeName = 'NodeNames';

  public toString(): string {
    return this.typeName;
  }

  /** Whether a cluster that is made again has the names that it had. @internal */
  public get _returns(): boolean {
    return true;
  }

  /** The zone, or undefined where addresses serve as names. @internal */
  public abstract _bind(cluster: Construct, clusterName: string, vpcId: string): NameZone | undefined;
}

class OwnZone extends NodeNames {
  public constructor(private readonly zoneName: string) {
    super();
  }

  public _bind(cluster: Construct, clusterName: string, vpcId: string): NameZone {
    const zone = new Route53Zone(cluster, 'Zone', {
      name: this.zoneName,
      comment: `Nodes of the Qdrant cluster ${clusterName}`,
      vpc: [{ vpcId }],
      // Other networks may be associated with the zone outside this stack.
      lifecycle: { ignoreChanges: ['vpc'] },
    });
    return { zoneId: zone.zoneId, baseName: this.zoneName };
  }
}

class ExistingZone extends NodeNames {
  public constructor(
    private readonly zoneId: string,
    private readonly zoneName: string,
  ) {
    super();
  }

  public _bind(_cluster: Construct, clusterName: string): NameZone {
    return { zoneId: this.zoneId, baseName: `${clusterName}.${this.zoneName}` };
  }
}

class Addresses extends NodeNames {
  public get _returns(): boolean {
    return false;
  }

  public _bind(): undefined {
    return undefined;
  }
}

/** The name by which clients find all nodes. @internal */
export class ClusterName extends Route53Record {
  public constructor(cluster: Construct, zone: NameZone, addresses: string[], dependsOn: ITerraformDependable[]) {
    super(cluster, 'Name', { zoneId: zone.zoneId, name: zone.baseName, type: 'A', ttl: 60, records: addresses, dependsOn });
  }
}

/** Throws where a load balancer would have the name of a node in the zone, also of one that is added later. @internal */
export function checkFrontLabel(balancer: Construct, label: string): void {
  if (!/^node-\d+$/.test(label)) return;
  throw badInput(balancer, {
    given: `the id of the load balancer is "${balancer.node.id}", and its name in the DNS zone would be that of a node`,
    allowed: 'ids other than node- and a number',
    instead: "for example addLoadBalancer('front')",
  });
}

function checkedName(scope: string, name: string): string {
  const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
  if (isUnknown(name) || (typeof name === 'string' && new RegExp(`^${label}(\\.${label})+$`).test(name))) return name;
  throw badInput(scope, {
    given: `"${name}" is no name of a DNS zone`,
    allowed: 'labels of lower-case letters, digits and hyphens, joined by dots, without one at the end',
    instead: 'for example "vectors.internal"',
  });
}
