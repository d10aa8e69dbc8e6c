import { createHash } from 'node:crypto';

/** An object of Kubernetes. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: any;
  readonly [member: string]: any;
}

/** What the provider's resources are in Kubernetes. */
const KINDS: { [type: string]: [string, string] } = {
  kubernetes_config_map_v1: ['v1', 'ConfigMap'],
  kubernetes_ingress_v1: ['networking.k8s.io/v1', 'Ingress'],
  kubernetes_job_v1: ['batch/v1', 'Job'],
  kubernetes_namespace_v1: ['v1', 'Namespace'],
  kubernetes_network_policy_v1: ['networking.k8s.io/v1', 'NetworkPolicy'],
  kubernetes_pod_disruption_budget_v1: ['policy/v1', 'PodDisruptionBudget'],
  kubernetes_role_binding_v1: ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
  kubernetes_role_v1: ['rbac.authorization.k8s.io/v1', 'Role'],
  kubernetes_secret_v1: ['v1', 'Secret'],
  kubernetes_service_account_v1: ['v1', 'ServiceAccount'],
  kubernetes_service_v1: ['v1', 'Service'],
  kubernetes_stateful_set_v1: ['apps/v1', 'StatefulSet'],
};

/** Arguments whose name is not that of the field in camel case: the provider names blocks that repeat in the singular. */
const FIELDS: { [argument: string]: string } = {
  cluster_ip: 'clusterIP',
  container: 'containers',
  data_wo: 'stringData',
  on_pod_condition: 'onPodConditions',
  port: 'ports',
  rule: 'rules',
  subject: 'subjects',
  node_selector_term: 'nodeSelectorTerms',
  toleration: 'tolerations',
  topology_spread_constraint: 'topologySpreadConstraints',
  volume: 'volumes',
  volume_claim_template: 'volumeClaimTemplates',
  volume_mount: 'volumeMounts',
};
/** Blocks that the provider lets repeat in its schema, and reads the first of. */
const SINGLE = [
  ...['config_map', 'label_selector', 'persistent_volume_claim_retention_policy', 'pre_stop', 'projected', 'rolling_update'],
  ...['secret', 'tcp_socket', 'update_strategy'],
];
/** Arguments that Terraform has as text, and Kubernetes as a number. */
const NUMBERS = ['replicas', 'run_as_user', 'run_as_group', 'fs_group', 'max_unavailable'];
const OCTAL = ['default_mode', 'mode'];
/** Arguments whose members are names that the user gives. */
const MAPS = ['annotations', 'data', 'data_wo', 'labels', 'limits', 'match_labels', 'node_selector', 'requests', 'selector'];
/** What Terraform alone is told. */
const OF_TERRAFORM = [
  ...[
    '//',
    'depends_on',
    'lifecycle',
    'timeouts',
    'wait',
    'wait_for_rollout',
    'wait_for_completion',
    'data_wo_revision',
    'provider',
  ],
];

/** The objects that a synthesized stack would make, as the provider sends them to the API. */
export function objectsOf(stack: any): KubernetesObject[] {
  return Object.entries<any>(stack.resource).flatMap(([type, resources]) =>
    Object.values<any>(type === 'terraform_data' ? {} : resources).map((resource) => {
      if (type === 'kubernetes_manifest') return evaluate(resource.manifest, stack);
      if (!KINDS[type]) throw new Error(`no kind of Kubernetes is known for ${type}`);
      const [apiVersion, kind] = KINDS[type];
      const ofKubernetes = Object.entries(resource).filter(([name]) => !OF_TERRAFORM.includes(name));
      return { apiVersion, kind, ...convert(evaluate(Object.fromEntries(ofKubernetes), stack), kind) };
    }),
  );
}

/** The one object of a kind, or of a kind and a name. */
export function objectOf(objects: KubernetesObject[], kind: string, name?: string | RegExp): KubernetesObject {
  const matches = (object: KubernetesObject) =>
    object.kind === kind && (name === undefined || new RegExp(name).test(object.metadata.name));
  const found = objects.filter(matches);
  if (found.length !== 1) throw new Error(`${found.length} objects ${kind} ${name ?? ''}`);
  return found[0];
}

/** Text as Terraform would have evaluated it. */
function evaluate(value: any, stack: any): any {
  if (Array.isArray(value)) return value.map((item) => evaluate(item, stack));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [evaluate(name, stack), evaluate(item, stack)]));
  }
  if (typeof value !== 'string') return value;
  return value.replace(/(?<!\$)\$\{([^}]*)\}/g, (_, expression) => resolve(expression, stack)).replace(/([$%])\1\{/g, '$1{');
}

function resolve(expression: string, stack: any): string {
  const [, type, name] = /^(kubernetes_\w+)\.([\w-]+)\.metadata(?:\[0\]|\.0)\.name$/.exec(expression) ?? [];
  if (type) return evaluate(stack.resource[type][name].metadata.name, stack);
  const [, local] = /^substr\(sha256\(local\.([\w-]+)\), 0, 10\)$/.exec(expression) ?? [];
  if (local) return createHash('sha256').update(evaluate(stack.locals[local], stack)).digest('hex').slice(0, 10);
  // Of what Terraform has made of one content: another one for another content is all that is told of it here.
  const [, generation] = /^substr\(terraform_data\.([\w-]+)\.id, 0, 8\)$/.exec(expression) ?? [];
  if (generation) {
    const { digest } = stack.resource.terraform_data[generation].triggers_replace;
    return createHash('sha256').update(evaluate(digest, stack)).digest('hex').slice(0, 8);
  }
  // A dollar that begins no expression, beside a reference.
  if (expression === '"$"') return '$';
  // When the cluster was first applied, which Terraform keeps.
  if (/^terraform_data\.[\w-]+\.output\.time$/.test(expression)) return '2026-01-01T00:00:00Z';
  // A value that exists while Terraform runs.
  if (/^ephemeral\.random_password\.[\w-]+\.result$/.test(expression)) return 'x'.repeat(48);
  throw new Error(`the tests cannot evaluate ${expression}`);
}

function convert(value: any, kind: string): any {
  if (Array.isArray(value)) return value.map((item) => convert(item, kind));
  if (value === null || typeof value !== 'object') return value;
  const fields = Object.entries(value)
    .filter(([, item]) => item !== undefined && item !== null)
    .map(([name, item]) => [fieldOf(name, item), convertArgument(name, item, kind)]);
  return Object.fromEntries(fields);
}

function fieldOf(name: string, item: unknown): string {
  // A port that is one number is no list of ports.
  if (name === 'port' && !Array.isArray(item)) return 'port';
  if (name === 'path' && Array.isArray(item)) return 'paths';
  return FIELDS[name] ?? name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
}

function convertArgument(name: string, item: any, kind: string): any {
  if (MAPS.includes(name) && !(name === 'selector' && kind !== 'Service')) return item;
  if (OCTAL.includes(name)) return parseInt(item, 8);
  if (NUMBERS.includes(name) || ((name === 'port' || name === 'target_port') && /^\d+$/.test(item))) return Number(item);
  if (SINGLE.includes(name) && Array.isArray(item)) return convert(item[0], kind);
  return convert(item, kind);
}
