import { Difference, DifferenceKind } from '../../posture/difference';
import { changeOf, differentSettings, isEqual, otherwise } from '../differing';
import { hasUnknown, Resources } from '../resources';
import { settingsIn } from '../server';
import { ComparedPods } from './compared-pods';

/** How the programs and the settings of pods differ from what was meant. */
export function changedPrograms({ programs }: ComparedPods, resources: Resources): Difference[] {
  const change = changeOf(programs, resources);
  if (!change) return [];
  const by = change.there.address;
  const other = (what: string) => [{ kind: DifferenceKind.SERVER, what: `the ${what} of the pods is another one,`, by }];
  const [there, meant] = [change.values, change.meant].map(({ data }): { [file: string]: string } => data ?? {});
  // Of files that only Terraform knows there is nothing to compare.
  if (typeof there !== 'object') return [{ kind: DifferenceKind.SERVER, what: 'the files of the pods are others,', by }];
  // What is added is read by nothing that the pods run.
  const names = Object.keys(meant).filter((name) => !isEqual(there[name], meant[name]));
  return names.flatMap((name) => {
    const texts = [there[name], meant[name]].map((text) => String(text ?? ''));
    if (name === 'cluster.env') return differentVariables(texts[0], texts[1], by);
    const settings = name === 'settings.yaml' && !hasUnknown(texts[0]) ? settingsIn(texts[0]) : new Map();
    return settings.size > 0 ? differentSettings(settings, settingsIn(texts[1]), by) : other(`file ${name}`);
  });
}

const VARIABLES: { [name: string]: string } = {
  GUARDED_PORTS: 'list of ports on which clients’ certificates are verified',
};

function differentVariables(there: string, meant: string, by: string): Difference[] {
  const read = (text: string) =>
    new Map([...text.matchAll(/^readonly (\w+)='(.*)'$/gm)].map(([, name, value]) => [name, value]));
  const [found, wanted] = [read(there), read(meant)];
  const names = [...new Set([...wanted.keys(), ...found.keys()])].filter((name) => found.get(name) !== wanted.get(name));
  if (names.length === 0)
    return [{ kind: DifferenceKind.SERVER, what: 'the file cluster.env of the pods is another one,', by }];
  return names.map((name) => ({
    kind: DifferenceKind.SERVER,
    what: otherwise(`the ${VARIABLES[name] ?? `variable ${name} of the programs`}`, found.get(name), wanted.get(name)),
    by,
  }));
}
