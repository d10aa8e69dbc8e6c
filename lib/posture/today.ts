import { IConstruct } from 'constructs';
import { dayOf } from '../input/day';

const days = new WeakMap<IConstruct, string>();

/** The day on which an app is synthesized, in UTC. The clock is read once for all of it, so that no two clusters are judged by different days. */
export function todayOf(construct: IConstruct): string {
  const app = construct.node.root;
  const today = days.get(app) ?? dayOf(Date.now());
  days.set(app, today);
  return today;
}
