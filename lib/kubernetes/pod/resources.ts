import { Construct } from 'constructs';
import { isUnknown } from '../../input/input';
import { checkQuantity } from './quantity';
import { OptionNames } from '../../input/options';

/** Memory and CPU of each node. */
export interface ResourcesProps {
  /** The memory request and limit, for example `16Gi`. The two are equal, so that other workloads cannot get a node killed. */
  readonly memory: string;

  /**
   * The CPU request, for example `4` or `500m`.
   *
   * @default 1
   */
  readonly cpu?: string;

  /**
   * The CPU limit, for example if the namespace requires one.
   *
   * @default - no limit, so that searches can use idle CPU
   */
  readonly cpuLimit?: string;
}

/** @internal */
export const RESOURCES_OPTIONS: OptionNames<ResourcesProps> = { memory: true, cpu: true, cpuLimit: true };

/** Memory and CPU of the guard in front of a node. */
export interface GuardResourcesProps {
  /**
   * The memory request and limit.
   *
   * @default 256Mi
   */
  readonly memory?: string;

  /**
   * The CPU request.
   *
   * @default 50m
   */
  readonly cpu?: string;

  /**
   * The CPU limit.
   *
   * @default - no limit
   */
  readonly cpuLimit?: string;
}

/** @internal */
export const GUARD_RESOURCES_OPTIONS: OptionNames<GuardResourcesProps> = { memory: true, cpu: true, cpuLimit: true };

/** Memory and CPU of the pod that verifies a cluster. */
export interface VerifyResourcesProps {
  /**
   * The memory request and limit.
   *
   * @default 256Mi
   */
  readonly memory?: string;

  /**
   * The CPU request.
   *
   * @default 50m
   */
  readonly cpu?: string;

  /**
   * The CPU limit.
   *
   * @default - no limit
   */
  readonly cpuLimit?: string;
}

/** @internal */
export const VERIFY_RESOURCES_OPTIONS: OptionNames<VerifyResourcesProps> = { memory: true, cpu: true, cpuLimit: true };

/** Memory and CPU of the pod that signs tokens. */
export interface TokenSignerResourcesProps {
  /**
   * The memory request and limit.
   *
   * @default 256Mi
   */
  readonly memory?: string;

  /**
   * The CPU request.
   *
   * @default 50m
   */
  readonly cpu?: string;

  /**
   * The CPU limit.
   *
   * @default - no limit
   */
  readonly cpuLimit?: string;
}

/** @internal */
export const TOKEN_SIGNER_RESOURCES_OPTIONS: OptionNames<TokenSignerResourcesProps> = {
  memory: true,
  cpu: true,
  cpuLimit: true,
};

const DEFAULT_CPU = '1';
const DEFAULT_BESIDE = { memory: '256Mi', cpu: '50m' };

type BesideResources = GuardResourcesProps | VerifyResourcesProps | TokenSignerResourcesProps;

/** What the server's container is given. @internal */
export function serverResources(resources: ResourcesProps) {
  return containerResources({ ...resources, cpu: resources.cpu ?? DEFAULT_CPU });
}

/** What a container is given that is no server: the guard, or what verifies a cluster or signs tokens. @internal */
export function resourcesBeside({ memory, cpu, cpuLimit }: BesideResources = {}) {
  return containerResources({ memory: memory ?? DEFAULT_BESIDE.memory, cpu: cpu ?? DEFAULT_BESIDE.cpu, cpuLimit });
}

function containerResources({ memory, cpu, cpuLimit }: { memory: string; cpu: string; cpuLimit?: string }) {
  return { requests: { memory, cpu }, limits: { memory, ...(cpuLimit !== undefined && { cpu: cpuLimit }) } };
}

/** Throws where a node could not work with it. @internal */
export function checkResources(scope: Construct, resources: ResourcesProps): void {
  const { cpu = DEFAULT_CPU } = resources;
  checkQuantity(scope, 'resources.memory', resources.memory, { quantity: '512Mi', example: '8Gi' });
  checkProcessors(scope, 'resources', { ...resources, cpu }, { quantity: '100m', example: '2' });
}

/** Throws where what is no server could not work with it. @internal */
export function checkResourcesBeside(scope: Construct, option: string, resources: BesideResources): void {
  const { memory, cpu = DEFAULT_BESIDE.cpu } = resources;
  if (memory !== undefined) checkQuantity(scope, `${option}.memory`, memory, { quantity: '64Mi', example: '256Mi' });
  checkProcessors(scope, option, { ...resources, cpu }, { quantity: '10m', example: '100m' });
}

function checkProcessors(
  scope: Construct,
  option: string,
  { cpu, cpuLimit }: { cpu: string; cpuLimit?: string },
  least: { quantity: string; example: string },
): void {
  checkQuantity(scope, `${option}.cpu`, cpu, least);
  // No less than what is asked for.
  const asked = isUnknown(cpu) ? least.quantity : cpu;
  if (cpuLimit !== undefined) checkQuantity(scope, `${option}.cpuLimit`, cpuLimit, { quantity: asked, example: asked });
}
