import { LocatedFinding } from '../judge';
import { marksOf, severityOf } from './marks';
import { Arrow } from './picture-parts';

/** The arrow of a source to a listener, in the colour of what was found in that, or in the listener whoever reaches it. */
export function arrowTo(props: { from: string; to: string; source: string; findings: LocatedFinding[] }): Arrow {
  const { from, to, source, findings } = props;
  const ofSource = findings.filter(({ sources }) => sources?.includes(source));
  const general = findings.filter(({ sources }) => sources === undefined);
  const severity = severityOf([...ofSource, ...general]);
  return { id: `${from} > ${to}`, from, to, meaning: 'reaches', marks: marksOf(ofSource), severity };
}
