import { badInput, isUnknown, requireWholeNumber, Scope } from '../input/input';
import { OptionNames, requireOptions } from '../input/options';
import { AlertThresholdsProps } from './thresholds-props';

const THRESHOLDS: OptionNames<AlertThresholdsProps> = {
  memoryWarningPercent: true,
  memoryCriticalPercent: true,
  volumeWarningPercent: true,
  volumeCriticalPercent: true,
  processWarningPercent: true,
  processCriticalPercent: true,
  deniedRequestsPerMinute: true,
  electionsPerQuarterHour: true,
};

/** Two thresholds in percent. */
export interface FillingThresholds {
  readonly warning: number;
  readonly critical: number;
}

/** Thresholds that were checked, with every default. */
export interface AlertThresholds {
  readonly memory: FillingThresholds;
  readonly volume: FillingThresholds;
  readonly process: FillingThresholds;
  readonly deniedRequestsPerMinute: number;
  readonly electionsPerQuarterHour: number;
}

const WARNING_PERCENT = 75;
const CRITICAL_PERCENT = 85;
const MANY = 1_000_000;

/** @throws if a threshold cannot be, or a warning would come no sooner than what is critical */
export function resolveThresholds(scope: Scope, props: AlertThresholdsProps = {}): AlertThresholds {
  requireOptions(scope, 'thresholds', props, THRESHOLDS);
  const { deniedRequestsPerMinute = 60, electionsPerQuarterHour = 10 } = props;
  const count = { min: 1, max: MANY };
  requireWholeNumber(scope, 'thresholds.deniedRequestsPerMinute', deniedRequestsPerMinute, count);
  requireWholeNumber(scope, 'thresholds.electionsPerQuarterHour', electionsPerQuarterHour, count);
  return {
    memory: fillingOf(scope, props, 'memory'),
    volume: fillingOf(scope, props, 'volume'),
    process: fillingOf(scope, props, 'process'),
    deniedRequestsPerMinute,
    electionsPerQuarterHour,
  };
}

function fillingOf(scope: Scope, props: AlertThresholdsProps, what: 'memory' | 'volume' | 'process'): FillingThresholds {
  const [warningName, criticalName] = [`${what}WarningPercent`, `${what}CriticalPercent`] as const;
  const { [warningName]: warning = WARNING_PERCENT, [criticalName]: critical = CRITICAL_PERCENT } = props;
  const range = { min: 1, max: 99, unit: 'percent' };
  requireWholeNumber(scope, `thresholds.${warningName}`, warning, range);
  requireWholeNumber(scope, `thresholds.${criticalName}`, critical, range);
  if (isUnknown(warning) || isUnknown(critical) || warning < critical) return { warning, critical };
  throw badInput(scope, {
    given: `thresholds.${warningName} is ${warning}, and ${criticalName} ${critical}`,
    allowed: 'a warning that comes before what is critical',
    instead: `${warningName}: ${WARNING_PERCENT}, ${criticalName}: ${CRITICAL_PERCENT}`,
  });
}
