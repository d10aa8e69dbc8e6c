import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { JobV1 } from '@cdktf/provider-kubernetes/lib/job-v1';
import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { bundledProgram } from '../../cluster/bundled-program';
import {
  attackedPorts,
  checkVerification,
  GIVEN,
  VerificationArguments,
  VERIFICATION_IMAGE,
  verificationArguments,
} from '../../cluster/verification';
import { requireOptionsIfGiven } from '../../input/options';
import { Changes, changesOf } from '../../terraform/changes-of';
import { digestOf } from '../../terraform/digest';
import { literalText } from '../../terraform/literal-text';
import { ClusterDns } from '../access/cluster-dns';
import { checkObjectName } from '../names/names';
import { Secret } from '../secrets/secret';
import { BundlePlace } from '../tls/ca-bundle';
import { ImmutableConfigMap } from './immutable-config-map';
import { EVICTED, jobPodSpec } from './job-pod';
import { PlacementProps } from './placement';
import { PodUser } from './pod-user';
import { checkResourcesBeside, resourcesBeside, VERIFY_RESOURCES_OPTIONS } from './resources';
import { VERIFY_AFTER_APPLY_OPTIONS, VerifyAfterApplyProps } from './verification-options';

const PROGRAMS = '/opt/cdktf-qdrant';
/** As the program ends where it found something, and not where it could not run. */
const FOUND = 1;
/** One more for each attempt doubles the pause before it, from ten seconds on: some ten minutes, in which nodes take up what was rotated. */
const ATTEMPTS_MORE = 6;
const MINUTES_OF_PAUSES = Math.ceil((10 * (2 ** ATTEMPTS_MORE - 1)) / 60);
/** Of all attempts: each waits, for five seconds, for an answer of every port that a policy closes to it. */
const MINUTES_OF_A_NODE = 3;
/** To pull the image and to start pods. */
const MINUTES_TO_START = 5;

/** A cluster that is verified. */
export interface VerifiedCluster {
  readonly cluster: IConstruct;
  readonly clusterName: string;
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  readonly podLabels: { [name: string]: string };
  /** A name of each node, which its certificate carries. */
  readonly hosts: string[];
  readonly grpc: boolean;
  readonly metricsPort?: number;
  readonly key: { readonly option: VerificationArguments['keyOption']; readonly secret: Secret };
  readonly ca: BundlePlace;
  /** The Secret with the certificate that is presented; none where none is asked for. */
  readonly clientCertificateSecretName?: string;
  readonly imagePullSecretNames?: string[];
  readonly user: PodUser;
  readonly placement: PlacementProps;
  readonly dns: ClusterDns;
  /** Done once every node serves. */
  readonly rollout: ITerraformDependable;
}

/** Resources whose content pods take up, while those that name them stay as they are. */
function isGivenToPods(type: string): boolean {
  return /^kubernetes_(secret|config_map)(_v1)?$/.test(type);
}

/** The labels of the pod that verifies a cluster. Nothing of the cluster selects them. */
export function verifierLabels(clusterName: string): { [name: string]: string } {
  return { 'app.kubernetes.io/name': 'qdrant-verify', 'app.kubernetes.io/instance': clusterName };
}

/**
 * Has Terraform attack the cluster once all of an apply is done, and fail where it finds what is open.
 *
 * A job does so, from a pod that is a client like any other: what it cannot reach, no other pod that nobody allowed can. It is made anew for every apply
 * that changes the cluster. A finding ends it at once; where it could not reach a node, which may be about to take up what was rotated, it tries again.
 * It stays, with its log, until the next one takes its place: one that removed itself would be missed by Terraform.
 */
export class Verification extends Construct {
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: VerifyAfterApplyProps,
    private readonly verified: VerifiedCluster,
  ) {
    super(scope, id);
    this.check();
    const program = this.makeProgram();
    const policy = this.makeNetworkPolicy();
    this.makeJob(changesOf(verified.cluster, this, isGivenToPods), program, [program, policy, verified.rollout]);
  }

  private check(): void {
    const { props } = this;
    checkVerification(this, props, VERIFY_AFTER_APPLY_OPTIONS);
    requireOptionsIfGiven(this, 'resources', props.resources, VERIFY_RESOURCES_OPTIONS);
    if (props.resources !== undefined) checkResourcesBeside(this, 'resources', props.resources);
    const { clientCertificateSecretName } = props;
    if (clientCertificateSecretName !== undefined) {
      checkObjectName(this, 'clientCertificateSecretName', clientCertificateSecretName, 'verify-client');
    }
  }

  private makeProgram(): ConfigMapV1 {
    const { clusterName, namespace, labels } = this.verified;
    const data = { 'verify.js': literalText(bundledProgram('verify')) };
    const digest = digestOf(this, 'Content', data);
    const name = `${clusterName}-verify`;
    return new ImmutableConfigMap(this, 'Program', { name, namespace, labels, data, digest }).configMap;
  }

  /** Lets the pod try every port of the nodes, also those that the policies of the cluster refuse it: only so their refusal is proved. */
  private makeNetworkPolicy(): NetworkPolicyV1 {
    const { clusterName, namespace, labels, podLabels, metricsPort, dns } = this.verified;
    const ports = attackedPorts(metricsPort).map((port) => ({ port: String(port), protocol: 'TCP' }));
    return new NetworkPolicyV1(this, 'NetworkPolicy', {
      metadata: { name: `${clusterName}-verify`, namespace, labels },
      spec: {
        podSelector: { matchLabels: verifierLabels(clusterName) },
        policyTypes: ['Ingress', 'Egress'],
        egress: [{ to: [{ podSelector: { matchLabels: podLabels } }], ports }, dns._egress],
      },
    });
  }

  private makeJob({ digest, triggers }: Changes, program: ConfigMapV1, dependsOn: ITerraformDependable[]): void {
    const { clusterName, namespace, labels, hosts } = this.verified;
    const { timeoutMinutes = MINUTES_TO_START + MINUTES_OF_PAUSES + MINUTES_OF_A_NODE * hosts.length } = this.props;
    new JobV1(this, 'Job', {
      dependsOn,
      metadata: { name: `${clusterName}-verify-${digest}`, namespace, labels },
      spec: {
        backoffLimit: ATTEMPTS_MORE,
        activeDeadlineSeconds: timeoutMinutes * 60,
        podFailurePolicy: {
          rule: [{ action: 'FailJob', onExitCodes: { containerName: 'verify', operator: 'In', values: [FOUND] } }, EVICTED],
        },
        template: { metadata: { labels: { ...labels, ...verifierLabels(clusterName) } }, spec: this.podSpec(program) },
      },
      waitForCompletion: true,
      timeouts: { create: `${timeoutMinutes + 1}m`, update: `${timeoutMinutes + 1}m` },
      lifecycle: { replaceTriggeredBy: triggers },
    });
  }

  private podSpec({ metadata }: ConfigMapV1) {
    const { image = VERIFICATION_IMAGE, resources } = this.props;
    return jobPodSpec({
      ...this.verified,
      container: {
        name: 'verify',
        image,
        command: ['node', `${PROGRAMS}/verify.js`, ...this.programArguments()],
        resources: resourcesBeside(resources),
        volumeMount: [
          { name: 'program', mountPath: PROGRAMS, readOnly: true },
          { name: 'given', mountPath: GIVEN, readOnly: true },
        ],
      },
      volume: [
        { name: 'program', configMap: { name: metadata.name, defaultMode: '0444' } },
        { name: 'given', projected: [{ defaultMode: '0440', sources: this.given() }] },
      ],
    });
  }

  private programArguments(): string[] {
    const { hosts, grpc, metricsPort, key, clientCertificateSecretName } = this.verified;
    const presentsCertificate = clientCertificateSecretName !== undefined;
    return verificationArguments(this, this.props, { hosts, grpc, metricsPort, keyOption: key.option, presentsCertificate });
  }

  /** Of each Secret nothing but what is asked for: of that of the nodes' certificate not its key. */
  private given() {
    const { key, ca, clientCertificateSecretName: client } = this.verified;
    const source = [{ name: ca.name, items: [{ key: ca.key, path: 'ca.crt' }] }];
    const identity = [
      { key: 'tls.crt', path: 'client.crt' },
      { key: 'tls.key', path: 'client.key' },
    ];
    return [
      { secret: [{ name: key.secret.name, items: [{ key: key.secret.key, path: 'api-key' }] }] },
      ca.kind === 'secret' ? { secret: source } : { configMap: source },
      ...(client === undefined ? [] : [{ secret: [{ name: client, items: identity }] }]),
    ];
  }
}
