import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { CronJobV1 } from '@cdktf/provider-kubernetes/lib/cron-job-v1';
import { JobV1, JobV1SpecTemplateSpec, JobV1SpecTemplateSpecVolume } from '@cdktf/provider-kubernetes/lib/job-v1';
import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { RoleBindingV1 } from '@cdktf/provider-kubernetes/lib/role-binding-v1';
import { RoleV1 } from '@cdktf/provider-kubernetes/lib/role-v1';
import { SecretV1 } from '@cdktf/provider-kubernetes/lib/secret-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { dependable, Fn, ITerraformDependable, Lazy, TerraformLocal, TerraformResource, Tokenization } from 'cdktf';
import { Construct } from 'constructs';
import { bundledProgram } from '../../cluster/bundled-program';
import { GIVEN, VERIFICATION_IMAGE } from '../../cluster/verification';
import { isUnknown } from '../../input/input';
import { mean } from '../../observed/meant';
import { digestOf } from '../../terraform/digest';
import { literalText } from '../../terraform/literal-text';
import { TerraformData } from '../../terraform/terraform-data';
import { TokenGrant } from '../../tokens/grant';
import { Secret } from '../secrets/secret';
import { ImmutableConfigMap } from './immutable-config-map';
import { EVICTED, jobPodSpec } from './job-pod';
import { PlacementProps } from './placement';
import { PodUser } from './pod-user';
import { resourcesBeside } from './resources';
import { TokenSignerProps } from './token-signer-options';

const PROGRAMS = '/opt/cdktf-qdrant';
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** The shortest that a token may be valid, an hour, has two of them in its last third. */
const EVERY_TEN_MINUTES = '*/10 * * * *';
/** A pod of the CronJob is done, or given up, before the next one. */
const RUN_SECONDS = 540;
const ATTEMPTS_MORE = 6;
/** All attempts, with ten minutes of pauses and the pulling of the image. */
const APPLY_MINUTES = 20;
const DEFAULT_API_SERVER_PORTS = [443, 6443];

/** A cluster whose tokens are signed. */
export interface SigningCluster {
  readonly clusterName: string;
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  readonly imagePullSecretNames?: string[];
  readonly user: PodUser;
  readonly placement: PlacementProps;
  readonly options: TokenSignerProps;
  readonly key: Secret;
  /** What makes the key. Where it changes, the value of a Secret of the same name may. */
  readonly keysMade: ITerraformDependable[];
  /** What is granted, also later. */
  readonly grants: () => TokenGrant[];
}

/**
 * Signs the tokens of a cluster's consumers where the admin key is mounted, and writes each into its Secret: with every apply that changes them, which
 * waits for it, and every ten minutes, as tokens end and keys are changed in place.
 *
 * It is given the admin key that the nodes use. They took it as the alternate key before, so that no token is refused while it is rotated; and as the
 * Secrets are told of an apply's grants once all nodes serve, no token is signed with a key before.
 */
export class TokenSigner extends Construct {
  /** Another text for other grants, another key or another program. */
  public readonly revision: string;

  private readonly name: string;
  private readonly grants: string;
  private readonly cronJob: CronJobV1;
  private readonly job: JobV1;
  private readonly secrets: SecretV1[] = [];

  public constructor(
    scope: Construct,
    id: string,
    private readonly cluster: SigningCluster,
  ) {
    super(scope, id);
    this.name = `${cluster.clusterName}-tokens`;
    const { grants, key } = cluster;
    // Values of Terraform's, which writes them as JSON whatever is in them.
    const granted = new TerraformLocal(this, 'Grants', Lazy.anyValue({ produce: grants }));
    this.grants = Fn.jsonencode(granted.asString);
    const program = digestOf(this, 'Program', bundledProgram('tokens'));
    const signed = { grants: granted.asString, key: { name: key.name, key: key.key }, program };
    this.revision = Fn.substr(Fn.sha256(Fn.jsonencode(new TerraformLocal(this, 'Signed', signed).asString)), 0, 10);
    const programs = this.makePrograms();
    const needed = [programs, this.makeNetworkPolicy(), ...this.makeAccount()];
    const spec = this.podSpec(programs.metadata.name);
    this.cronJob = this.makeCronJob(spec, needed);
    this.job = this.makeJob(spec, [...needed, this.cronJob]);
    mean(this.cronJob, this.job);
  }

  /** Done once every token is signed. */
  public get done(): ITerraformDependable {
    return this.job;
  }

  /** The Secret of a token, which must be there before that is signed. */
  public waitFor(secret: SecretV1): void {
    this.secrets.push(secret);
    for (const job of [this.cronJob, this.job]) job.dependsOn = [...(job.dependsOn ?? []), dependable(secret)];
  }

  private metadata(name = this.name) {
    const { namespace, labels } = this.cluster;
    return { name, namespace, labels };
  }

  private makePrograms(): ConfigMapV1 {
    const data = { 'tokens.js': literalText(bundledProgram('tokens')), 'grants.json': this.grants };
    return new ImmutableConfigMap(this, 'Programs', { ...this.metadata(), data, digest: this.revision }).configMap;
  }

  /** It may read and write the Secrets of the tokens and no other. */
  private makeAccount(): ITerraformDependable[] {
    const apiGroup = 'rbac.authorization.k8s.io';
    const account = new ServiceAccountV1(this, 'Account', { metadata: this.metadata(), automountServiceAccountToken: false });
    const resourceNames = Lazy.listValue({ produce: () => this.cluster.grants().map(({ secret }) => secret) });
    const role = new RoleV1(this, 'Role', {
      metadata: this.metadata(),
      rule: [{ apiGroups: [''], resources: ['secrets'], resourceNames, verbs: ['get', 'patch'] }],
    });
    const binding = new RoleBindingV1(this, 'Binding', {
      metadata: this.metadata(),
      roleRef: { apiGroup, kind: 'Role', name: this.name },
      subject: [{ kind: 'ServiceAccount', name: this.name, namespace: this.cluster.namespace }],
      dependsOn: [role],
    });
    return [account, binding];
  }

  /** Policies know no API server: it has an address of its own on every cluster. */
  private makeNetworkPolicy(): NetworkPolicyV1 {
    const { apiServerPorts = DEFAULT_API_SERVER_PORTS } = this.cluster.options;
    return new NetworkPolicyV1(this, 'NetworkPolicy', {
      metadata: this.metadata(),
      spec: {
        podSelector: { matchLabels: this.podLabels },
        policyTypes: ['Ingress', 'Egress'],
        egress: [{ ports: apiServerPorts.map((port) => ({ port: portText(port), protocol: 'TCP' })) }],
      },
    });
  }

  private makeCronJob(spec: JobV1SpecTemplateSpec, dependsOn: ITerraformDependable[]): CronJobV1 {
    return new CronJobV1(this, 'CronJob', {
      dependsOn,
      metadata: this.metadata(),
      spec: {
        schedule: EVERY_TEN_MINUTES,
        concurrencyPolicy: 'Forbid',
        // Where it was not started for long, it is not given up for good.
        startingDeadlineSeconds: RUN_SECONDS,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          metadata: { labels: this.cluster.labels },
          spec: {
            backoffLimit: 2,
            activeDeadlineSeconds: RUN_SECONDS,
            podFailurePolicy: { rule: [EVICTED] },
            template: { metadata: { labels: { ...this.cluster.labels, ...this.podLabels } }, spec },
          },
        },
      },
    });
  }

  /** The same, once for the apply. It stays, with its log, until the next one takes its place. */
  private makeJob(spec: JobV1SpecTemplateSpec, dependsOn: ITerraformDependable[]): JobV1 {
    const { labels, keysMade } = this.cluster;
    const triggers = [...keysMade, this.noteSecrets()]
      .filter((made): made is TerraformResource => TerraformResource.isTerraformResource(made))
      .map(({ terraformResourceType, friendlyUniqueId }) => `${terraformResourceType}.${friendlyUniqueId}`);
    return new JobV1(this, 'Job', {
      dependsOn,
      metadata: this.metadata(`${this.name}-${this.revision}`),
      spec: {
        backoffLimit: ATTEMPTS_MORE,
        activeDeadlineSeconds: APPLY_MINUTES * 60,
        podFailurePolicy: { rule: [EVICTED] },
        template: { metadata: { labels: { ...labels, ...this.podLabels } }, spec },
      },
      waitForCompletion: true,
      timeouts: { create: `${APPLY_MINUTES + 1}m`, update: `${APPLY_MINUTES + 1}m` },
      lifecycle: { replaceTriggeredBy: triggers },
    });
  }

  /** Another one where a Secret that somebody deleted is made again, without a token. The Secret itself triggers nothing: what is made counts as no change. */
  private noteSecrets(): TerraformData {
    const uids = () =>
      Object.fromEntries(this.secrets.map(({ friendlyUniqueId, metadata }) => [friendlyUniqueId, metadata.uid]));
    return new TerraformData(this, 'Secrets', { triggersReplace: { uids: Lazy.anyValue({ produce: uids }) } });
  }

  /** Nothing of the cluster selects them. */
  private get podLabels() {
    return { 'app.kubernetes.io/name': 'qdrant-tokens', 'app.kubernetes.io/instance': this.cluster.clusterName };
  }

  private podSpec(programsName: string): JobV1SpecTemplateSpec {
    const { options, key } = this.cluster;
    const given = {
      grants: `${PROGRAMS}/grants.json`,
      revision: this.revision,
      'api-key-file': `${GIVEN}/api-key`,
      account: ACCOUNT,
    };
    return jobPodSpec({
      ...this.cluster,
      serviceAccountName: this.name,
      container: {
        name: 'tokens',
        image: options.image ?? VERIFICATION_IMAGE,
        command: [
          ...['node', `${PROGRAMS}/tokens.js`],
          ...Object.entries(given).flatMap(([option, value]) => [`--${option}`, value]),
        ],
        resources: resourcesBeside(options.resources),
        volumeMount: [
          { name: 'programs', mountPath: PROGRAMS, readOnly: true },
          { name: 'given', mountPath: GIVEN, readOnly: true },
          { name: 'account', mountPath: ACCOUNT, readOnly: true },
        ],
      },
      volume: [
        { name: 'programs', configMap: { name: programsName, defaultMode: '0444' } },
        {
          name: 'given',
          projected: [
            { defaultMode: '0440', sources: [{ secret: [{ name: key.name, items: [{ key: key.key, path: 'api-key' }] }] }] },
          ],
        },
        accountVolume(),
      ],
    });
  }
}

/** One that only Terraform knows is written by its expression. */
function portText(port: number): string {
  return isUnknown(port) ? Tokenization.stringifyNumber(port) : String(port);
}

/** A token for the API server that is good for no longer than the pod may run, where all that is mounted by itself would be more. */
function accountVolume(): JobV1SpecTemplateSpecVolume {
  return {
    name: 'account',
    projected: [
      {
        defaultMode: '0440',
        sources: [
          { serviceAccountToken: { path: 'token', expirationSeconds: 600 } },
          { configMap: [{ name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] }] },
          { downwardApi: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
        ],
      },
    ],
  };
}
