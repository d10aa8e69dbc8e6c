import { Construct } from 'constructs';
import { badInput, isUnknown, requireBooleanIfGiven, requireWholeNumber } from '../../input/input';
import { NodeTls } from '../tls/tls';
import { RollingUpdateProps } from './rolling-update';

/** How many looks for a rotated certificate must fit into the time in which it is to be renewed. */
const LOOKS_BEFORE_EXPIRY = 3;

/**
 * The options with their defaults.
 *
 * @param tls how the nodes get their certificates
 * @param nodeCount how many nodes take turns
 * @throws if one is out of range, or does not fit the others
 */
export function resolveRollingUpdate(
  scope: Construct,
  props: RollingUpdateProps,
  tls: NodeTls,
  nodeCount: number,
): Required<RollingUpdateProps> {
  const { nodeTimeoutMinutes = 30, turnSeconds = 60, requireReadyPeers = true } = props;
  requireWholeNumber(scope, 'nodeTimeoutMinutes', nodeTimeoutMinutes, { min: 5, max: 720, unit: 'minutes' });
  requireWholeNumber(scope, 'turnSeconds', turnSeconds, { min: 60, max: 3600, unit: 'seconds' });
  requireBooleanIfGiven(scope, 'requireReadyPeers', requireReadyPeers);
  checkTimeout(scope, nodeTimeoutMinutes, turnSeconds);
  const renewal: Renewal = { validityDays: validityDaysOf(tls), nodeCount, turnSeconds };
  const { refreshHours = defaultRefreshHours(renewal) } = props;
  requireWholeNumber(scope, 'refreshHours', refreshHours, { min: 1, max: 168, unit: 'hours' });
  if (!isUnknown(refreshHours)) checkRenewal(scope, refreshHours, renewal);
  return { refreshHours, nodeTimeoutMinutes, turnSeconds, requireReadyPeers };
}

/** What decides whether a node has its next certificate in time. */
interface Renewal {
  /** Undefined where it is not known, or not the library's to say. */
  readonly validityDays?: number;
  readonly nodeCount: number;
  readonly turnSeconds: number;
}

function validityDaysOf(tls: NodeTls): number | undefined {
  return 'validityDays' in tls && !isUnknown(tls.validityDays) ? tls.validityDays : undefined;
}

/** The hours from the time at which a certificate is to be renewed to its end: a third of its validity. */
function hoursToRenew({ validityDays }: Renewal): number {
  return validityDays === undefined ? Infinity : (validityDays * 24) / 3;
}

function longestRefresh(renewal: Renewal): number {
  return Math.min(168, Math.floor(hoursToRenew(renewal) / LOOKS_BEFORE_EXPIRY));
}

/** The hours after which each node has had a turn of its own: in between are the turns of what is applied (turns.sh). */
function hoursOfRound({ nodeCount, turnSeconds }: Renewal): number {
  return isUnknown(turnSeconds) ? 0 : (2 * nodeCount * turnSeconds) / 3600;
}

function defaultRefreshHours(renewal: Renewal): number {
  const left = Math.floor(hoursToRenew(renewal) - hoursOfRound(renewal));
  return Math.max(1, Math.min(12, longestRefresh(renewal), left));
}

function checkTimeout(scope: Construct, nodeTimeoutMinutes: number, turnSeconds: number): void {
  const twoTurns = Math.ceil((4 * turnSeconds) / 60);
  if (isUnknown(turnSeconds) || isUnknown(nodeTimeoutMinutes) || nodeTimeoutMinutes >= twoTurns) return;
  throw badInput(scope, {
    given: `nodeTimeoutMinutes is ${nodeTimeoutMinutes}, and turnSeconds is ${turnSeconds}`,
    allowed: `at least ${twoTurns} minutes, as every other turn is one in which an apply may restart a node`,
    instead: `nodeTimeoutMinutes: ${twoTurns}, or a smaller turnSeconds`,
  });
}

/** A node finds its next certificate when it looks for it, and then waits for its turn. */
function checkRenewal(scope: Construct, refreshHours: number, renewal: Renewal): void {
  const { validityDays, nodeCount, turnSeconds } = renewal;
  const longest = longestRefresh(renewal);
  if (refreshHours > longest) {
    throw badInput(scope, {
      given: `refreshHours is ${refreshHours}, and certificates are valid for ${validityDays} days`,
      allowed: `at most ${longest} hours, so that a node looks ${LOOKS_BEFORE_EXPIRY} times before a certificate ends`,
      instead: `refreshHours: ${longest}, or a longer validityDays of tls`,
    });
  }
  const hours = hoursToRenew(renewal);
  const round = hoursOfRound(renewal);
  if (refreshHours + round <= hours) return;
  const longestTurn = Math.floor(((hours - refreshHours) * 3600) / (2 * nodeCount));
  throw badInput(scope, {
    given: `turnSeconds is ${turnSeconds} with ${nodeCount} nodes, refreshHours is ${refreshHours}, and certificates are valid for ${validityDays} days`,
    allowed:
      `${hours} hours at most for refreshHours and a round of turns (2 x nodeCount x turnSeconds), which is ${Math.ceil(round)} hours: ` +
      'nodes renew certificates when a third of their validity is left',
    instead: `turnSeconds: ${longestTurn}, a smaller refreshHours, or a longer validityDays of tls`,
  });
}
