import { requireNotEmpty } from '../../input/input';
import { checkLabelValue, checkQualifiedName } from '../names/names';
import { OptionNames } from '../../input/options';

/** A requirement as a pod's node affinity has it. @internal */
export interface MachineExpression {
  readonly key: string;
  readonly operator: string;
  readonly values?: string[];
}

/**
 * A requirement for the labels of a machine.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#node-affinity
 */
export class MachineRequirement {
  /** The label has one of the values. */
  public static in(label: string, values: string[]): MachineRequirement {
    return MachineRequirement.oneOf('MachineRequirement.in', 'In', label, values);
  }

  /** The label is absent or has none of the values. */
  public static notIn(label: string, values: string[]): MachineRequirement {
    return MachineRequirement.oneOf('MachineRequirement.notIn', 'NotIn', label, values);
  }

  /** The label is present. */
  public static present(label: string): MachineRequirement {
    checkLabel('MachineRequirement.present', label);
    return new MachineRequirement({ key: label, operator: 'Exists' });
  }

  /** The label is absent. */
  public static absent(label: string): MachineRequirement {
    checkLabel('MachineRequirement.absent', label);
    return new MachineRequirement({ key: label, operator: 'DoesNotExist' });
  }

  private static oneOf(factory: string, operator: string, key: string, values: string[]): MachineRequirement {
    requireNotEmpty(factory, 'values', values, `values: ['arm64']`);
    checkLabel(factory, key);
    values.forEach((value) => checkLabelValue(factory, `a value of ${key}`, value, 'arm64'));
    return new MachineRequirement({ key, operator, values });
  }

  private constructor(private readonly expression: MachineExpression) {}

  /** @internal */
  public get _expression(): MachineExpression {
    return this.expression;
  }
}

function checkLabel(factory: string, label: string): void {
  checkQualifiedName(factory, 'the label', label, 'kubernetes.io/arch');
}

/** Preferred machines. */
export interface MachinePreference {
  /** The requirements; a machine must meet all of them. */
  readonly requirements: MachineRequirement[];

  /**
   * The weight, from 1 to 100.
   *
   * @default 100
   */
  readonly weight?: number;
}

/** @internal */
export const MACHINE_PREFERENCE_OPTIONS: OptionNames<MachinePreference> = { requirements: true, weight: true };
