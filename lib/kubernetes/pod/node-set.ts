import { PodDisruptionBudgetV1 } from '@cdktf/provider-kubernetes/lib/pod-disruption-budget-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import {
  StatefulSetV1,
  StatefulSetV1Spec,
  StatefulSetV1SpecTemplate,
  StatefulSetV1SpecVolumeClaimTemplate,
} from '@cdktf/provider-kubernetes/lib/stateful-set-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { meanOtherwise, POD_SPEC } from '../../observed/meant';
import { ListenerPurpose } from '../../posture';
import { QdrantPorts } from '../../qdrant';
import { digestOf } from '../../terraform/digest';
import { lateText } from '../../terraform/late-text';
import { ClaimSizeCheck } from './claim-size-check';
import { ClusterDns } from '../access/cluster-dns';
import { acceptingTokens, podTemplate, PodTemplateProps } from './pod-template';
import { CONSTRUCT_ANNOTATION, REVISION_LABEL } from '../names/cluster-labels';
import { Rollout } from './rollout';
import { VolumeProps } from './volume';

export interface NodeSetProps extends Omit<PodTemplateProps, 'serviceAccountName'> {
  readonly clusterName: string;
  readonly namespace: string;
  readonly peerServiceName: string;
  readonly dataVolume: VolumeProps;
  readonly snapshotVolume: VolumeProps;
  readonly serviceAccountAnnotations?: { [name: string]: string };
  readonly isProtected: boolean;
  /** The path of the cluster's construct. */
  readonly constructPath: string;
  readonly waitForRollout: boolean;
  readonly nodeTimeoutMinutes: number;
  /** What the domain of services ends in. */
  readonly serviceDomain: string;
  readonly dns: ClusterDns;
  /** What must be there before the pods are. */
  readonly after: ITerraformDependable[];
}

/** The nodes of a cluster: a StatefulSet, what names its pods, and what keeps evictions from taking too many at a time. */
export class NodeSet extends Construct {
  /** Done once every node serves what it was told to; undefined where that is not waited for. */
  public readonly rollout?: ITerraformDependable;

  private readonly props: NodeSetProps;
  private readonly statefulSet: StatefulSetV1;
  /** The digest of the pods' template, which may still change. */
  private digest = '';
  private readonly revision = lateText(() => this.digest);

  public constructor(scope: Construct, id: string, props: NodeSetProps) {
    super(scope, id);
    this.props = props;
    const account = new ServiceAccountV1(this, 'ServiceAccount', {
      metadata: { ...this.metadata(props.clusterName), annotations: props.serviceAccountAnnotations },
      automountServiceAccountToken: false,
    });
    const names = this.makePeerService();
    this.statefulSet = this.makeStatefulSet([account, names, ...props.after]);
    this.node.defaultChild = this.statefulSet;
    this.makeDisruptionBudget();
    const { revision, statefulSet } = this;
    if (props.waitForRollout) this.rollout = new Rollout(this, 'Rollout', { ...props, revision, after: [statefulSet] }).job;
    new ClaimSizeCheck(this, 'ClaimSizes', {
      namespace: props.namespace,
      podLabels: props.podLabels,
      sizes: { storage: props.dataVolume.size, snapshots: props.snapshotVolume.size },
    });
  }

  /** Has the server of each pod accept access tokens: a change of the template like any other. Whatever else was set of the StatefulSet stays. */
  public acceptTokens(): void {
    const { metadata, spec } = this.template;
    this.digest = this.digestFor({ metadata, spec: { ...spec, container: acceptingTokens(spec!.container!) } });
    const { spec: pods } = this.statefulSet.spec.template;
    pods.putContainer(acceptingTokens(pods.containerInput!));
    meanOtherwise(this.statefulSet, POD_SPEC, (meant) => ({ ...meant, container: acceptingTokens(meant.container) }));
  }

  /** The pods' template, as it is before tokens are accepted. */
  private get template(): StatefulSetV1SpecTemplate {
    return podTemplate({ ...this.props, serviceAccountName: this.props.clusterName });
  }

  /** The same. Pods carry its digest as a label. */
  private labelledTemplate(): StatefulSetV1SpecTemplate {
    const { metadata, spec } = this.template;
    this.digest = this.digestFor({ metadata, spec });
    return { metadata: { ...metadata, labels: { ...metadata.labels, [REVISION_LABEL]: this.revision } }, spec };
  }

  private digestFor(template: StatefulSetV1SpecTemplate): string {
    this.node.tryRemoveChild('Revision');
    return digestOf(this, 'Revision', template);
  }

  private metadata(name: string, labels: { [name: string]: string } = {}) {
    return { name, namespace: this.props.namespace, labels: { ...this.props.labels, ...labels } };
  }

  /** Peers find each other before they are ready: otherwise a cluster that starts would wait for itself. */
  private makePeerService(): ServiceV1 {
    const { peerServiceName, podLabels, metricsPort, guardImage } = this.props;
    const behindGuard = { name: 'peer-rest', port: QdrantPorts.REST_BEHIND_GUARD, targetPort: 'peer-rest' };
    return new ServiceV1(this, 'PeerService', {
      metadata: this.metadata(peerServiceName, { 'app.kubernetes.io/component': 'peers' }),
      spec: {
        clusterIp: 'None',
        publishNotReadyAddresses: true,
        ipFamilyPolicy: 'PreferDualStack',
        selector: podLabels,
        port: [
          { name: 'rest', port: QdrantPorts.REST, targetPort: 'rest' },
          ...(guardImage === undefined ? [] : [behindGuard]),
          { name: 'peer', port: QdrantPorts.PEER, targetPort: 'peer' },
          ...(metricsPort === undefined
            ? []
            : [{ name: ListenerPurpose.METRICS, port: metricsPort, targetPort: ListenerPurpose.METRICS }]),
        ],
      },
    });
  }

  private makeStatefulSet(dependsOn: ITerraformDependable[]): StatefulSetV1 {
    const { clusterName, isProtected, constructPath } = this.props;
    return new StatefulSetV1(this, 'StatefulSet', {
      dependsOn,
      metadata: { ...this.metadata(clusterName), annotations: { [CONSTRUCT_ANNOTATION]: constructPath } },
      spec: this.spec(),
      waitForRollout: false,
      lifecycle: {
        preventDestroy: isProtected,
        // The provider would replace the StatefulSet, all pods at once, for another size, which would reach no claim that exists.
        ignoreChanges: ['spec[0].volume_claim_template'],
      },
    });
  }

  /** Pods start in parallel, as Raft needs a majority; updates still go one by one, each once the one before is ready. */
  private spec(): StatefulSetV1Spec {
    const { nodeCount, isProtected, podLabels } = this.props;
    return {
      replicas: String(nodeCount),
      serviceName: this.props.peerServiceName,
      podManagementPolicy: 'Parallel',
      // As Kubernetes has it where it is left out: what is not said would be a difference to the provider.
      updateStrategy: [{ type: 'RollingUpdate', rollingUpdate: [{ partition: 0 }] }],
      minReadySeconds: 10,
      selector: { matchLabels: podLabels },
      template: this.labelledTemplate(),
      volumeClaimTemplate: [this.claim('storage', this.props.dataVolume), this.claim('snapshots', this.props.snapshotVolume)],
      persistentVolumeClaimRetentionPolicy: [{ whenScaled: 'Retain', whenDeleted: isProtected ? 'Retain' : 'Delete' }],
    };
  }

  private claim(name: string, volume: VolumeProps): StatefulSetV1SpecVolumeClaimTemplate {
    return {
      metadata: { name, labels: this.props.podLabels },
      spec: {
        accessModes: [volume.accessMode ?? 'ReadWriteOnce'],
        storageClassName: volume.storageClassName,
        resources: { requests: { storage: volume.size } },
      },
    };
  }

  /**
   * One at a time. More could be the last replicas of a shard: how many a collection has is decided by its creator, and Kubernetes does not know. None
   * would keep machines from being drained for ever. A pod that is not ready may be evicted only while all others are, as Kubernetes has it by
   * default (`unhealthyPodEvictionPolicy`): it may be the one that receives a shard, and its vote counts although it serves no client.
   */
  private makeDisruptionBudget(): void {
    const { clusterName, podLabels } = this.props;
    new PodDisruptionBudgetV1(this, 'DisruptionBudget', {
      metadata: this.metadata(clusterName),
      spec: { maxUnavailable: '1', selector: { matchLabels: podLabels } },
    });
  }
}
