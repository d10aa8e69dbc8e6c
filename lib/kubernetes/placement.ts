import { StatefulSetV1SpecTemplateSpecTopologySpreadConstraint } from '@cdktf/provider-kubernetes/lib/stateful-set-v1';

/** How strictly nodes are kept apart. */
export enum Spread {
  /** A node that would stand beside another waits. */
  REQUIRED = 'required',
  /** Nodes are kept apart where there is room. */
  PREFERRED = 'preferred',
}

/** A taint of machines that the nodes may run on all the same. */
export interface Toleration {
  /** The taint's name. */
  readonly key: string;

  /**
   * The taint's value.
   *
   * @default - whatever it is
   */
  readonly value?: string;

  /**
   * The taint's effect: `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
   *
   * @default - every effect
   */
  readonly effect?: string;
}

/** On which machines the nodes run. */
export interface PlacementProps {
  /**
   * How strictly the nodes are kept on machines of their own.
   *
   * @default Spread.REQUIRED
   */
  readonly overHosts?: Spread;

  /**
   * How strictly the nodes are spread over the zones.
   *
   * @default Spread.PREFERRED
   */
  readonly overZones?: Spread;

  /**
   * Labels of the machines that the nodes run on.
   *
   * @default - any machine
   */
  readonly nodeSelector?: { [name: string]: string };

  /**
   * Taints that the nodes tolerate.
   *
   * @default - none
   */
  readonly tolerations?: Toleration[];

  /**
   * The priority class of the pods.
   *
   * @default - that of the namespace
   */
  readonly priorityClassName?: string;
}

/** @internal */
export function spreadConstraints(
  placement: PlacementProps,
  podLabels: { [name: string]: string },
): StatefulSetV1SpecTemplateSpecTopologySpreadConstraint[] {
  const constraint = (topologyKey: string, spread: Spread) => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: spread === Spread.REQUIRED ? 'DoNotSchedule' : 'ScheduleAnyway',
    labelSelector: [{ matchLabels: podLabels }],
  });
  return [
    constraint('topology.kubernetes.io/zone', placement.overZones ?? Spread.PREFERRED),
    constraint('kubernetes.io/hostname', placement.overHosts ?? Spread.REQUIRED),
  ];
}
