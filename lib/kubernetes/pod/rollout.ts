import { JobV1, JobV1SpecTemplateSpec } from '@cdktf/provider-kubernetes/lib/job-v1';
import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { mean } from '../../observed/meant';
import { QdrantPorts } from '../../qdrant';
import { REVISION_LABEL } from '../names/cluster-labels';
import { ClusterDns } from '../access/cluster-dns';
import { EVICTED, jobPodSpec } from './job-pod';
import { PlacementProps } from './placement';
import { PodUser } from './pod-user';

export interface RolloutProps {
  readonly clusterName: string;
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  readonly podLabels: { [name: string]: string };
  /** What the domain of services ends in. */
  readonly serviceDomain: string;
  /** The value of the label of those pods that are waited for. */
  readonly revision: string;
  readonly nodeCount: number;
  readonly nodeTimeoutMinutes: number;
  /** The server's image, which has all that the program needs. */
  readonly image: string;
  readonly imagePullSecretNames?: string[];
  readonly programsName: string;
  readonly user: PodUser;
  readonly placement: PlacementProps;
  readonly dns: ClusterDns;
  /** What is rolled out. */
  readonly after: ITerraformDependable[];
}

/**
 * Has Terraform wait until every node serves what it was told to.
 *
 * A StatefulSet that is waited for itself counts as broken when its first rollout takes too long: Terraform would replace it, which is refused,
 * and with it every plan. So a job waits: where it fails it is made anew, and nothing else. It needs no right in the cluster: a service whose selector names
 * the revision gives the addresses of those pods that are ready, and of no others.
 */
export class Rollout extends Construct {
  /** Done once every node serves. */
  public readonly job: JobV1;

  private readonly props: RolloutProps;
  private readonly name: string;

  public constructor(scope: Construct, id: string, props: RolloutProps) {
    super(scope, id);
    this.props = props;
    this.name = `${props.clusterName}-rollout-${props.revision}`;
    const service = this.makeService();
    const policy = this.makeNetworkPolicy();
    this.job = this.makeJob([service, policy, ...props.after]);
  }

  /** Another one for each revision: no cache then holds the addresses of the one before. */
  private makeService(): ServiceV1 {
    const { namespace, labels, podLabels, revision } = this.props;
    return new ServiceV1(this, 'Service', {
      metadata: { name: this.name, namespace, labels },
      spec: {
        clusterIp: 'None',
        ipFamilyPolicy: 'PreferDualStack',
        selector: { ...podLabels, [REVISION_LABEL]: revision },
        port: [{ name: 'peer', port: QdrantPorts.PEER, targetPort: String(QdrantPorts.PEER) }],
      },
    });
  }

  private makeNetworkPolicy(): NetworkPolicyV1 {
    const { clusterName, namespace, labels, dns } = this.props;
    return new NetworkPolicyV1(this, 'NetworkPolicy', {
      metadata: { name: `${clusterName}-rollout`, namespace, labels },
      spec: {
        podSelector: { matchLabels: this.jobLabels },
        policyTypes: ['Ingress', 'Egress'],
        egress: [dns._egress],
      },
    });
  }

  private makeJob(dependsOn: ITerraformDependable[]): JobV1 {
    const { namespace, labels, nodeCount, nodeTimeoutMinutes } = this.props;
    // In the worst case one node after the other takes all the time that it has; some more to fetch the image.
    const minutes = nodeTimeoutMinutes * nodeCount + 5;
    const job = new JobV1(this, 'Job', {
      dependsOn,
      metadata: { name: `${this.name}-${nodeCount}`, namespace, labels },
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: minutes * 60,
        podFailurePolicy: { rule: [EVICTED] },
        template: { metadata: { labels: { ...labels, ...this.jobLabels } }, spec: this.podSpec() },
      },
      waitForCompletion: true,
      timeouts: { create: `${minutes + 1}m`, update: `${minutes + 1}m` },
    });
    mean(job);
    return job;
  }

  /** Nothing of the cluster selects them. */
  private get jobLabels() {
    return { 'app.kubernetes.io/name': 'qdrant-rollout', 'app.kubernetes.io/instance': this.props.clusterName };
  }

  private podSpec(): JobV1SpecTemplateSpec {
    const { image, nodeCount, nodeTimeoutMinutes, serviceDomain, programsName } = this.props;
    const name = `${this.name}.${serviceDomain}`;
    return jobPodSpec({
      ...this.props,
      container: {
        name: 'rollout',
        image,
        command: ['/opt/qdrant/await-rollout.sh', name, String(nodeCount), String(nodeTimeoutMinutes * 60)],
        resources: { requests: { memory: '16Mi', cpu: '10m' }, limits: { memory: '64Mi' } },
        volumeMount: [{ name: 'programs', mountPath: '/opt/qdrant', readOnly: true }],
      },
      volume: [{ name: 'programs', configMap: { name: programsName, defaultMode: '0555' } }],
    });
  }
}
