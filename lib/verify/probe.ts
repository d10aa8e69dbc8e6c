import { FindingSeverity } from '../posture/rules/rule';
import type { Attack } from './attack/attack';
import type { Listener } from './attack/listener';
import { Reply } from './wire/reply';

/** What came of a probe in one place. */
export enum Outcome {
  /** The hole is there. */
  FINDING = 'finding',
  /** It was looked for, and is not there. */
  PASSED = 'passed',
  /** It could not be told: never to be taken for passed. */
  NOT_TRIED = 'not tried',
}

/** What a probe found in one place. */
export interface Check {
  /** The port or whatever else was looked at, for example `REST (6333)`. */
  readonly where: string;
  readonly outcome: Outcome;
  /** What was found, or why it could not be tried; a sentence without a full stop. */
  readonly what?: string;
  /** Without secrets. */
  readonly sent?: string;
  readonly received?: string;
}

/** One hole that is looked for. */
export interface Probe {
  /** Stable: it stands in reports, and in what pipelines skip. */
  readonly id: string;
  /** The rule of the posture that says the same. */
  readonly rule?: string;
  readonly severity: FindingSeverity;
  /** What it finds, one sentence without a full stop. */
  readonly title: string;
  /** What it sends. */
  readonly sends: string;
  /** How to close the hole in Qdrant's own configuration. */
  readonly setting: string;
  /** How to close it in this library. */
  readonly construct: string;
  run(attack: Attack): Promise<Check[]>;
}

type Evidence = Pick<Reply, 'sent' | 'received'>;

export function found(where: string, what: string, evidence?: Evidence): Check {
  return { where, outcome: Outcome.FINDING, what, ...evidenceOf(evidence) };
}

export function passed(where: string, evidence?: Evidence): Check {
  return { where, outcome: Outcome.PASSED, ...evidenceOf(evidence) };
}

export function notTried(where: string, why: string, evidence?: Evidence): Check {
  return { where, outcome: Outcome.NOT_TRIED, what: why, ...evidenceOf(evidence) };
}

/** An answer that neither shows the hole nor that there is none. */
export function provesNothing(where: string, evidence: Evidence): Check {
  return notTried(where, `the answer proves nothing: ${evidence.received}`, evidence);
}

function evidenceOf(evidence?: Evidence): Partial<Evidence> {
  return evidence ? { sent: evidence.sent, received: evidence.received } : {};
}

/** How a listener is called in reports. */
export function placeOf({ name, port }: Pick<Listener, 'name' | 'port'>): string {
  return `${name} (${port})`;
}

/** Looks at each listener that answers; the others are named as not tried. */
export async function onEach(listeners: Listener[], look: (listener: Listener) => Promise<Check>): Promise<Check[]> {
  const checks: Check[] = [];
  for (const listener of listeners) {
    checks.push(listener.obstacle ? notTried(placeOf(listener), listener.obstacle) : await look(listener));
  }
  return checks;
}

/** A request that should be denied: nothing but a clear denial passes. */
export function shouldBeDenied(where: string, reply: Reply, what: string): Check {
  if (reply.verdict === 'allowed') return found(where, what, reply);
  if (reply.verdict === 'denied') return passed(where, reply);
  return provesNothing(where, reply);
}

/** As why probes of keys are not tried where there is no key. */
export const NO_KEY_ASKED = 'no key is asked for, which the probe no-key reports';
