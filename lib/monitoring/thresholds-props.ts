/** From which values on alerts fire. */
export interface AlertThresholdsProps {
  /**
   * The memory in use, in percent of its limit, for a warning.
   *
   * @default 75
   */
  readonly memoryWarningPercent?: number;

  /**
   * The memory in use, in percent of its limit, for a critical alert.
   *
   * @default 85
   */
  readonly memoryCriticalPercent?: number;

  /**
   * The space in use, in percent of a volume, for a warning.
   *
   * @default 75
   */
  readonly volumeWarningPercent?: number;

  /**
   * The space in use, in percent of a volume, for a critical alert.
   *
   * @default 85
   */
  readonly volumeCriticalPercent?: number;

  /**
   * Open files and memory mappings, each in percent of what the machine allows, for a warning.
   *
   * @default 75
   */
  readonly processWarningPercent?: number;

  /**
   * Open files and memory mappings, each in percent of what the machine allows, for a critical alert.
   *
   * @default 85
   */
  readonly processCriticalPercent?: number;

  /**
   * How many requests a minute may be denied, of the whole cluster, before somebody is told.
   *
   * @default 60
   */
  readonly deniedRequestsPerMinute?: number;

  /**
   * How many terms the consensus may begin within 15 minutes, before somebody is told. Each election begins one, also those of a
   * planned restart.
   *
   * @default 10
   */
  readonly electionsPerQuarterHour?: number;
}
