import {
  StatefulSetV1SpecTemplateSpecAffinity,
  StatefulSetV1SpecTemplateSpecAffinityNodeAffinity,
  StatefulSetV1SpecTemplateSpecToleration,
  StatefulSetV1SpecTemplateSpecTopologySpreadConstraint,
} from '@cdktf/provider-kubernetes/lib/stateful-set-v1';
import { Construct } from 'constructs';
import {
  badInput,
  isUnknown,
  requireListIfGiven,
  requireNotEmpty,
  requireEnumIfGiven,
  requireWholeNumber,
} from '../../input/input';
import { requireInstance } from '../../input/nominal';
import { MachinePreference, MachineRequirement, MACHINE_PREFERENCE_OPTIONS } from './machine-requirement';
import { checkLabels, checkLabelValue, checkObjectName, checkQualifiedName } from '../names/names';
import { OptionNames, requireOptions } from '../../input/options';

/** How strictly nodes are spread. */
export enum Spread {
  /** Pods that cannot be spread stay pending. */
  REQUIRED = 'required',
  /** Pods are spread if possible. */
  PREFERRED = 'preferred',
}

/** A toleration of a taint. */
export interface Toleration {
  /** The key of the taint. */
  readonly key: string;

  /**
   * The value of the taint.
   *
   * @default - any value
   */
  readonly value?: string;

  /**
   * The effect of the taint: `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
   *
   * @default - all effects
   */
  readonly effect?: string;
}

const TOLERATION_OPTIONS: OptionNames<Toleration> = { key: true, value: true, effect: true };

/** The placement of the pods on machines and zones. */
export interface PlacementProps {
  /**
   * How strictly the nodes are spread over machines. If required, a pod without a machine of its own stays pending.
   *
   * @default Spread.REQUIRED
   */
  readonly overHosts?: Spread;

  /**
   * How strictly the nodes are spread over zones, with a maximum skew of one. If required, pods that would violate the spread,
   * or that find fewer zones than `zoneCount`, stay pending.
   *
   * Qdrant is not aware of zones. If each node has its own zone, the loss of a zone affects at most one replica of each shard,
   * and the remaining nodes keep the majority. If a zone has several nodes, it may contain two replicas of a shard; and of two
   * zones, one always has the majority.
   *
   * @default Spread.PREFERRED
   */
  readonly overZones?: Spread;

  /**
   * The minimum number of zones, if spreading over zones is required.
   *
   * @default 3, or 1 for a single node
   */
  readonly zoneCount?: number;

  /**
   * Labels that the machines must have.
   *
   * @default - any machine
   */
  readonly nodeSelector?: { [name: string]: string };

  /**
   * Further requirements for the machines; a machine must meet all of them.
   *
   * @default - any machine
   */
  readonly machines?: MachineRequirement[];

  /**
   * Preferred machines.
   *
   * @default - none
   */
  readonly preferredMachines?: MachinePreference[];

  /**
   * Labels of pods in the same namespace that must not run on the same machine as a node; each entry selects one kind of pod.
   *
   * @default - only the pods of the cluster itself
   */
  readonly apartFrom?: Array<{ [name: string]: string }>;

  /**
   * Tolerations of the pods.
   *
   * @default - none
   */
  readonly tolerations?: Toleration[];

  /**
   * The priority class of the pods.
   *
   * @default - the default priority class
   */
  readonly priorityClassName?: string;
}

/** @internal */
export const PLACEMENT_OPTIONS: OptionNames<PlacementProps> = {
  overHosts: true,
  overZones: true,
  zoneCount: true,
  nodeSelector: true,
  machines: true,
  preferredMachines: true,
  apartFrom: true,
  tolerations: true,
  priorityClassName: 'reference',
};

const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

/** @internal */
export interface PlacedPods {
  readonly placement: PlacementProps;
  readonly podLabels: { [name: string]: string };
  readonly nodeCount: number;
}

/** Throws where no machine could be found. @internal */
export function checkPlacement(cluster: Construct, placement: PlacementProps): void {
  const { nodeSelector, zoneCount, apartFrom = [], machines, preferredMachines = [], tolerations = [] } = placement;
  if (nodeSelector !== undefined) checkLabels(cluster, 'placement.nodeSelector', nodeSelector);
  requireEnumIfGiven(cluster, 'placement.overHosts', placement.overHosts, 'Spread', Spread);
  requireEnumIfGiven(cluster, 'placement.overZones', placement.overZones, 'Spread', Spread);
  if (zoneCount !== undefined) requireWholeNumber(cluster, 'placement.zoneCount', zoneCount, { min: 1, max: 100 });
  if (machines !== undefined) checkMachines(cluster, 'placement.machines', machines);
  requireListIfGiven(cluster, 'placement.apartFrom', placement.apartFrom);
  apartFrom.forEach((labels) => checkLabels(cluster, 'placement.apartFrom', labels));
  requireListIfGiven(cluster, 'placement.preferredMachines', placement.preferredMachines);
  for (const preference of preferredMachines) {
    requireOptions(cluster, 'placement.preferredMachines', preference, MACHINE_PREFERENCE_OPTIONS);
    const { requirements, weight = 100 } = preference;
    checkMachines(cluster, 'placement.preferredMachines.requirements', requirements);
    requireWholeNumber(cluster, 'placement.preferredMachines.weight', weight, { min: 1, max: 100 });
  }
  requireListIfGiven(cluster, 'placement.tolerations', placement.tolerations);
  const { priorityClassName } = placement;
  if (priorityClassName !== undefined) {
    checkObjectName(cluster, 'placement.priorityClassName', priorityClassName, 'high-priority');
  }
  tolerations.forEach((toleration) => checkToleration(cluster, toleration));
}

function checkMachines(cluster: Construct, option: string, machines: MachineRequirement[]): void {
  requireNotEmpty(cluster, option, machines, 'leave it out');
  const instead = "MachineRequirement.in('kubernetes.io/arch', ['arm64'])";
  machines.forEach((machine) => requireInstance(cluster, option, machine, MachineRequirement, instead));
}

function checkToleration(cluster: Construct, toleration: Toleration): void {
  requireOptions(cluster, 'placement.tolerations', toleration, TOLERATION_OPTIONS);
  const { key, effect } = toleration;
  checkQualifiedName(cluster, 'the key of a toleration', toleration.key, 'dedicated');
  if (toleration.value !== undefined) {
    checkLabelValue(cluster, `the value of the toleration of "${toleration.key}"`, toleration.value, 'search');
  }
  const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
  if (effect === undefined || isUnknown(effect) || effects.includes(effect)) return;
  throw badInput(cluster, {
    given: `the toleration of "${key}" has the effect "${effect}"`,
    allowed: effects.join(', '),
    instead: `{ key: "${key}", effect: "NoSchedule" }`,
  });
}

/** @internal */
export function tolerations({ tolerations: tolerated }: PlacementProps): StatefulSetV1SpecTemplateSpecToleration[] | undefined {
  return tolerated?.map((taint) => ({ ...taint, operator: taint.value === undefined ? 'Exists' : 'Equal' }));
}

/** The machines that are asked for. @internal */
export function nodeAffinity(placement: PlacementProps): StatefulSetV1SpecTemplateSpecAffinityNodeAffinity | undefined {
  const { machines = [], preferredMachines = [] } = placement;
  if (machines.length === 0 && preferredMachines.length === 0) return undefined;
  const matchExpressions = (requirements: MachineRequirement[]) => requirements.map(({ _expression }) => _expression);
  const required = { nodeSelectorTerm: [{ matchExpressions: matchExpressions(machines) }] };
  const preferred = preferredMachines.map(({ requirements, weight = 100 }) => ({
    weight,
    preference: { matchExpressions: matchExpressions(requirements) },
  }));
  return {
    ...(machines.length > 0 && { requiredDuringSchedulingIgnoredDuringExecution: required }),
    ...(preferred.length > 0 && { preferredDuringSchedulingIgnoredDuringExecution: preferred }),
  };
}

/** @internal */
export function spreadConstraints(props: PlacedPods): StatefulSetV1SpecTemplateSpecTopologySpreadConstraint[] {
  const { placement, podLabels, nodeCount } = props;
  const over = { maxSkew: 1, labelSelector: [{ matchLabels: podLabels }] };
  const { zoneCount = 3, overZones = Spread.PREFERRED, overHosts = Spread.REQUIRED } = placement;
  // With fewer zones than these, the emptiest counts as having no node: otherwise the only zone would take them all.
  const everyZone = { whenUnsatisfiable: 'DoNotSchedule', minDomains: Math.min(zoneCount, nodeCount) };
  const asManyAsThereAre = { whenUnsatisfiable: 'ScheduleAnyway' };
  return [
    { topologyKey: ZONE, ...over, ...(overZones === Spread.REQUIRED ? everyZone : asManyAsThereAre) },
    ...(overHosts === Spread.PREFERRED ? [{ topologyKey: HOST, ...over, ...asManyAsThereAre }] : []),
  ];
}

/** @internal */
export function affinity({ placement, podLabels }: PlacedPods): StatefulSetV1SpecTemplateSpecAffinity | undefined {
  const { apartFrom = [], overHosts = Spread.REQUIRED } = placement;
  const apart = [...(overHosts === Spread.REQUIRED ? [podLabels] : []), ...apartFrom].map((matchLabels) => ({
    topologyKey: HOST,
    labelSelector: [{ matchLabels }],
  }));
  const machines = nodeAffinity(placement);
  if (!machines && apart.length === 0) return undefined;
  return {
    nodeAffinity: machines,
    ...(apart.length > 0 && { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: apart } }),
  };
}
