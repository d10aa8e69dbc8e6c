import { EbsVolume } from '@cdktf/provider-aws/lib/ebs-volume';
import { Instance } from '@cdktf/provider-aws/lib/instance';
import { NetworkInterface } from '@cdktf/provider-aws/lib/network-interface';
import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import { VolumeAttachment } from '@cdktf/provider-aws/lib/volume-attachment';
import { Fn, ITerraformDependable, Op, TerraformResource, TerraformResourceLifecycle } from 'cdktf';
import { Construct } from 'constructs';
import { once } from '../../terraform/once';
import { ClusterTag } from '../names/cluster-identity';
import { DataVolumeProps } from './data-volume';
import { hasEbsBandwidth } from './machine-image';
import { NodePlacement } from '../access/network';
import { NameZone } from '../names/node-names';
import { NodePrograms } from './node-programs';

/** The cluster, as its nodes know it. @internal */
export interface NodeCluster {
  readonly clusterName: string;
  readonly clusterId: string;
  readonly isProtected: boolean;
}

/** @internal */
export interface QdrantNodeProps {
  readonly index: number;
  readonly cluster: NodeCluster;
  readonly placement: NodePlacement;
  /** The availability zones of all nodes, and how many different ones there must be. */
  readonly zones: { readonly all: string[]; readonly wanted: number };
  readonly securityGroupId: string;
  readonly instanceProfileName: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly imageReplacesInstance: boolean;
  readonly rootVolumeSizeGib: number;
  readonly dataVolume: DataVolumeProps;
  readonly nameZone?: NameZone;
}

/** A node of a cluster: an instance (its `node.defaultChild`), and its network interface, data volume and name, which outlive the instance. */
export class QdrantNode extends Construct {
  /** The node's name, for example `node-0`. */
  public readonly name: string;

  /** The host name of the node in the cluster's DNS zone, or its IP address. */
  public readonly host: string;

  /** The private IP address of the network interface. */
  public readonly privateIp: string;

  /** The data volume. */
  public readonly dataVolumeId: string;

  private readonly props: QdrantNodeProps;
  private readonly networkInterface: NetworkInterface;
  private readonly volume: EbsVolume;
  private nameRecord?: Route53Record;
  private _instance?: Instance;
  private _attachment?: VolumeAttachment;

  /** @internal */
  public static _create(scope: Construct, id: string, props: QdrantNodeProps): QdrantNode {
    return new QdrantNode(scope, id, props);
  }

  private constructor(scope: Construct, id: string, props: QdrantNodeProps) {
    super(scope, id);
    this.props = props;
    this.name = `node-${props.index}`;
    this.networkInterface = this.makeNetworkInterface();
    this.volume = this.makeDataVolume();
    this.privateIp = this.networkInterface.privateIp;
    this.dataVolumeId = this.volume.id;
    this.host = this.makeName();
  }

  /** The instance's id. */
  public get instanceId(): string {
    return this._instance!.id;
  }

  /** @internal */
  public get _instanceArn(): string {
    return this._instance!.arn;
  }

  /** The node's number. @internal */
  public get _index(): number {
    return this.props.index;
  }

  /** The id of its network interface, which security groups are given to. @internal */
  public get _interfaceId(): string {
    return this.networkInterface.id;
  }

  /** What outlives the instance. @internal */
  public get _outliving(): ITerraformDependable[] {
    return [this.networkInterface, this.volume, ...(this.nameRecord ? [this.nameRecord] : [])];
  }

  /** What a rolling update waits for before it looks at this node. @internal */
  public get _running(): ITerraformDependable[] {
    return [this._instance!, this._attachment!];
  }

  /** The attributes whose change stops the instance, or asks something of the node. @internal */
  public get _changes(): string[] {
    const attribute = ({ terraformResourceType, friendlyUniqueId }: TerraformResource, name: string) =>
      `${terraformResourceType}.${friendlyUniqueId}.${name}`;
    return [attribute(this._instance!, 'instance_type'), attribute(this._instance!, 'id'), attribute(this.volume, 'size')];
  }

  /** Starts the node, once what it depends on is there. @internal */
  public _launch(programs: NodePrograms, after: ITerraformDependable[]): void {
    this._instance = this.makeInstance(programs, after);
    this.node.defaultChild = this._instance;
    this._attachment = new VolumeAttachment(this, 'Attachment', {
      deviceName: '/dev/sdf',
      instanceId: this._instance.id,
      volumeId: this.volume.id,
      stopInstanceBeforeDetaching: true,
    });
  }

  /** Lets the instance be ended, or replaced, that the removal policy protects. @internal */
  public _unprotect(): void {
    this._instance!.disableApiTermination = false;
    this._instance!.lifecycle = this.instanceLifecycle(false);
  }

  private get tags(): { [name: string]: string } {
    const { clusterName, clusterId } = this.props.cluster;
    return {
      [ClusterTag.NAME]: clusterName,
      [ClusterTag.ID]: clusterId,
      Name: `${clusterName}-${this.name}`,
      [ClusterTag.NODE]: String(this.props.index),
    };
  }

  /** Subnets that are added later would move nodes that exist; the interface stays where it was made. */
  private makeNetworkInterface(): NetworkInterface {
    return new NetworkInterface(this, 'NetworkInterface', {
      subnetId: this.props.placement.subnetId,
      securityGroups: [this.props.securityGroupId],
      description: `Qdrant ${this.props.cluster.clusterName} ${this.name}`,
      tags: this.tags,
      lifecycle: { ignoreChanges: ['subnet_id'] },
    });
  }

  private makeDataVolume(): EbsVolume {
    const { index, dataVolume, placement, zones } = this.props;
    const { isProtected } = this.props.cluster;
    const severalZones = zones.wanted > 1;
    return new EbsVolume(this, 'DataVolume', {
      availabilityZone: placement.availabilityZone,
      type: 'gp3',
      size: dataVolume.sizeGib,
      iops: dataVolume.iops ?? 3000,
      throughput: dataVolume.throughputMibps ?? 125,
      snapshotId: dataVolume.snapshotIds?.[index],
      encrypted: true,
      kmsKeyId: dataVolume.encryptionKeyArn,
      finalSnapshot: isProtected,
      tags: this.tags,
      lifecycle: {
        // A volume never moves: where the order of subnets changed, the node stays in the zone of its data.
        ignoreChanges: ['availability_zone', 'snapshot_id'],
        ...(isProtected && { preventDestroy: true }),
        ...(severalZones && {
          precondition: [
            {
              condition: Op.gte(once(Fn.lengthOf(once(Fn.distinct(once(zones.all))))), zones.wanted),
              errorMessage:
                `The nodes of the Qdrant cluster ${this.props.cluster.clusterName} must stand in ${zones.wanted} availability zones, and their subnets lie ` +
                'in fewer. Give subnets in different zones, or say in how many they lie: zoneCount of ClusterNetwork.fromSubnets.',
            },
          ],
        }),
      },
    });
  }

  private makeName(): string {
    const { nameZone } = this.props;
    if (!nameZone) return this.networkInterface.privateIp;
    const name = `${this.name}.${nameZone.baseName}`;
    this.nameRecord = new Route53Record(this, 'Name', {
      zoneId: nameZone.zoneId,
      name,
      type: 'A',
      ttl: 60,
      records: [this.networkInterface.privateIp],
    });
    return name;
  }

  private makeInstance(programs: NodePrograms, dependsOn: ITerraformDependable[]): Instance {
    const { instanceType, imageId, instanceProfileName, dataVolume, index } = this.props;
    const identity = { name: this.name, index, host: this.host, volumeId: this.volume.id };
    return new Instance(this, 'Instance', {
      ami: imageId,
      instanceType,
      iamInstanceProfile: instanceProfileName,
      networkInterface: [{ deviceIndex: 0, networkInterfaceId: this.networkInterface.id }],
      disableApiTermination: this.props.cluster.isProtected,
      ...(hasEbsBandwidth(instanceType) && { ebsOptimized: true }),
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
      rootBlockDevice: {
        volumeType: 'gp3',
        volumeSize: this.props.rootVolumeSizeGib,
        encrypted: true,
        kmsKeyId: dataVolume.encryptionKeyArn,
        deleteOnTermination: true,
        tags: this.tags,
      },
      userDataBase64: programs.userData(identity),
      tags: this.tags,
      dependsOn,
      lifecycle: this.instanceLifecycle(this.props.cluster.isProtected),
    });
  }

  /**
   * User data only boots; what changes later reaches a node by the rolling update, which restarts no machine. Terraform ends all instances
   * that it replaces before it makes the first anew, so that a protected node keeps its image until it is unprotected by name. Another type may
   * have other bandwidth to its disks, for which the provider would replace the instance.
   */
  private instanceLifecycle(isProtected: boolean): TerraformResourceLifecycle {
    const takesImage = this.props.imageReplacesInstance && !isProtected;
    return {
      ignoreChanges: ['user_data', 'user_data_base64', 'ebs_optimized', ...(takesImage ? [] : ['ami'])],
      ...(isProtected && { preventDestroy: true }),
    };
  }
}
