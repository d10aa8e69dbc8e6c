import { IConstruct } from 'constructs';
import { ClusterDescription, describeCluster } from '../../cluster/cluster-description';
import { isUnknown } from '../../input/input';
import { memoryGibOf } from '../../qdrant/memory-optimized-machines';
import { NodeCapacity } from '../../qdrant/sizing';
import { clusterIdOf } from '../names/cluster-identity';
import { RemovalPolicy } from '../removal-policy';
import { ClientVerification } from '../tls/client-verification';
import { defaultClusterName } from './cluster-checks';
import { QdrantClusterProps } from './cluster-props';

/** A cluster on AWS as its options describe it. */
export interface AwsClusterDescription extends ClusterDescription {
  readonly clusterName: string;
  /** What tells it from another cluster of its name. */
  readonly clusterId: string;
  readonly vpcId: string;
  readonly image: string;
  readonly verification: ClientVerification;
  /** For how many days its deleted secrets can be restored. */
  readonly recoveryDays: number;
}

/** Describes a cluster whose options were checked. */
export function describeAwsCluster(cluster: IConstruct, props: QdrantClusterProps): AwsClusterDescription {
  const verification = props.clientVerification ?? ClientVerification.notRequired();
  const isProtected = (props.removalPolicy ?? RemovalPolicy.PROTECT) === RemovalPolicy.PROTECT;
  const clientVerification = verification.isRequired;
  const description = describeCluster(cluster, {
    ...{ ...props, clientVerification, isProtected },
    tlsFolder: './tls',
    capacity: capacityOf(props),
  });
  const clusterName = props.clusterName ?? defaultClusterName(cluster);
  return {
    ...description,
    clusterName,
    clusterId: clusterIdOf(cluster, clusterName),
    vpcId: props.network.vpcId,
    image: props.image ?? description.version.unprivilegedImage,
    verification,
    recoveryDays: isProtected ? 30 : 0,
  };
}

/** Snapshots lie on the data volume. */
function capacityOf({ instanceType, dataVolume: { sizeGib } }: QdrantClusterProps): NodeCapacity {
  return { memoryGib: memoryGibOf(instanceType), dataVolumeGib: isUnknown(sizeGib) ? undefined : sizeGib };
}
