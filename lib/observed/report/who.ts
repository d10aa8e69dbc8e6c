import { groupedBy } from '../grouped';
import { LocatedFinding } from '../judge';
import { arrowTo } from './arrows';
import { Arrow, Box, Picture } from './picture-parts';
import { SourceReport } from './report';

/** A listener, by the id of its row, with those outside who reach it. */
export interface Reached {
  readonly row: string;
  readonly sources: SourceReport[];
  readonly findings: LocatedFinding[];
}

/** Those outside, with what they reach: sources of one kind that reach the same, with the same findings, are one box. */
export function whoReaches(reached: Reached[]): Picture {
  const sources = reached.flatMap((one) => one.sources);
  const alike = groupedBy([...new Set(sources.map((source) => source.name))], (name) => {
    const arrows = arrowsOf('', name, reached).map(({ to, severity, marks }) => [to, severity, marks.map(({ text }) => text)]);
    return JSON.stringify([kindOf(name, sources), arrows]);
  });
  const boxes = alike.map((names, index): Box => {
    const kind = kindOf(names[0], sources);
    return { id: `who ${index}`, column: 0, kind, names, marks: [], rows: [] };
  });
  return { boxes, arrows: boxes.flatMap(({ id, names: [name] }) => arrowsOf(id, name, reached)) };
}

function arrowsOf(from: string, source: string, reached: Reached[]): Arrow[] {
  return reached
    .filter(({ sources }) => sources.some(({ name }) => name === source))
    .map(({ row: to, findings }) => arrowTo({ from, to, source, findings }));
}

/** What a reader tells one from another by, before the name. */
function kindOf(name: string, sources: SourceReport[]): string {
  const own = sources.filter((source) => source.name === name);
  if (own.some(({ anyAddress }) => anyAddress)) return 'The internet';
  if (own.some(({ unknown }) => unknown)) return 'Not known, so anybody';
  if (/^[\d.]+\/\d+$|^[\da-f:.]+\/\d+$/i.test(name)) return 'Addresses';
  if (/security_group|^sg-/.test(name)) return 'Security group';
  return /\bpods\b|\bnamespace\b/.test(name) ? 'Pods' : 'Others';
}
