/** What a restore has to be other, as it is another cluster, or its own. */
const OWN = ['metadata', 'params.shard_number'];

/** The settings that a collection has otherwise than its backup, by their places in the parameters; what a later release has in addition is none. */
export function differingSettings(backup: any, restored: any, ignored: string[]): string[] {
  const differing = (one: any, other: any, place: string): string[] => {
    if ([...OWN, ...ignored].includes(place)) return [];
    if (isMembers(one) && isMembers(other)) {
      return Object.keys(one).flatMap((name) => differing(one[name], other[name], place === '' ? name : `${place}.${name}`));
    }
    return textOf(one) === textOf(other) ? [] : [place];
  };
  // These the server leaves out where there are none.
  const added = ['quantization_config', 'strict_mode_config'].filter(
    (name) => !ignored.includes(name) && (backup[name] ?? null) === null && (restored[name] ?? null) !== null,
  );
  const strict = Object.keys(restored.strict_mode_config ?? {}).filter(
    (name) =>
      isMembers(backup.strict_mode_config) &&
      !(name in backup.strict_mode_config) &&
      restored.strict_mode_config[name] !== null,
  );
  return [
    ...new Set([
      ...differing(backup, restored, ''),
      ...added,
      ...(ignored.includes('strict_mode_config') ? [] : strict.map((name) => `strict_mode_config.${name}`)),
    ]),
  ];
}

/** Nothing is told as null, as no members, or not at all. */
function textOf(value: unknown): string {
  const isNothing = value === undefined || (isMembers(value) && Object.keys(value as object).length === 0);
  return JSON.stringify(isNothing ? null : value);
}

function isMembers(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
