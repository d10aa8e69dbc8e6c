import { IConstruct } from 'constructs';
import { ClusterDescription, describeCluster } from '../../cluster/cluster-description';
import { defaultName } from '../../terraform/default-name';
import { ClientService } from '../access/client-service';
import { ClusterDns } from '../access/cluster-dns';
import { labelsOf, podLabelsOf } from '../names/cluster-labels';
import { ClusterNames } from '../names/cluster-names';
import { NodeCapacity } from '../../qdrant/sizing';
import { PodUser } from '../pod/pod-user';
import { gibOf } from '../pod/quantity';
import { RemovalPolicy } from '../removal-policy';
import { CaBundle } from '../tls/ca-bundle';
import { ClientVerification } from '../tls/client-verification';
import { DEFAULT_GUARD_IMAGE, DEFAULT_TURN_SECONDS } from './cluster-checks';
import { QdrantClusterProps } from './cluster-props';

/** A cluster on Kubernetes as its options describe it. */
export interface KubernetesClusterDescription extends ClusterDescription {
  readonly clusterName: string;
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  readonly podLabels: { [name: string]: string };
  readonly names: ClusterNames;
  /** The path of its construct. */
  readonly constructPath: string;
  readonly image: string;
  /** The guard's image, where one serves the ports that clients use. */
  readonly guardImage?: string;
  readonly user: PodUser;
  readonly dns: ClusterDns;
  readonly clientService: ClientService;
  readonly trusted: CaBundle[];
  readonly clientCas: CaBundle[];
  readonly turnSeconds: number;
  readonly nodeTimeoutMinutes: number;
  readonly waitForRollout: boolean;
}

/** Describes a cluster whose options were checked. */
export function describeKubernetesCluster(cluster: IConstruct, props: QdrantClusterProps): KubernetesClusterDescription {
  const { namespace, clusterDomain, trustedAuthorities: trusted = [] } = props;
  const clusterName = props.clusterName ?? defaultName(cluster, { min: 1, max: 40 });
  const clientService = props.clientService ?? ClientService.clusterIp();
  const { isRequired, authorities } = props.clientVerification ?? ClientVerification.notRequired();
  const description = describeCluster(cluster, {
    ...props,
    clientVerification: isRequired,
    isProtected: (props.removalPolicy ?? RemovalPolicy.PROTECT) === RemovalPolicy.PROTECT,
    tlsFolder: '/run/qdrant/current/tls',
    capacity: capacityOf(props),
  });
  const { nodeCount, version } = description;
  const { nodeTimeoutMinutes = 30, turnSeconds = DEFAULT_TURN_SECONDS, waitForRollout = true } = props.rollingUpdate ?? {};
  const hasClientService = clientService._type !== undefined;
  return {
    ...description,
    ...{ clusterName, namespace, clientService, trusted, turnSeconds, nodeTimeoutMinutes, waitForRollout },
    labels: labelsOf(clusterName, props.labels),
    podLabels: podLabelsOf(clusterName),
    names: new ClusterNames({ clusterName, namespace, clusterDomain, nodeCount, hasClientService }),
    constructPath: cluster.node.path,
    image: props.image ?? version.unprivilegedImage,
    guardImage: isRequired ? (props.guardImage ?? DEFAULT_GUARD_IMAGE) : undefined,
    user: props.user ?? PodUser.id(),
    dns: props.dns ?? ClusterDns.kubeSystem(),
    clientCas: authorities ? [authorities] : [],
  };
}

function capacityOf({ resources, dataVolume, snapshotVolume = dataVolume }: QdrantClusterProps): NodeCapacity {
  return {
    memoryGib: gibOf(resources.memory),
    dataVolumeGib: gibOf(dataVolume.size),
    snapshotVolumeGib: gibOf(snapshotVolume.size),
  };
}
