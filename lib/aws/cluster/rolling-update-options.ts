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
 * @throws if one is out of range, or does not fit the others
 */
export function resolveRollingUpdate(place: Construct, props: RollingUpdateProps, tls: NodeTls): Required<RollingUpdateProps> {
  const validityDays = 'validityDays' in tls ? tls.validityDays : undefined;
  const isUnlimited = validityDays === undefined || isUnknown(validityDays);
  const longest = isUnlimited ? 168 : Math.floor((validityDays * 24) / 3 / LOOKS_BEFORE_EXPIRY);
  const { nodeTimeoutMinutes = 30, turnSeconds = 60, requireReadyPeers = true } = props;
  const refreshHours = props.refreshHours ?? Math.min(12, longest);
  requireWholeNumber(place, 'refreshHours', refreshHours, { min: 1, max: 168, unit: 'hours' });
  requireWholeNumber(place, 'nodeTimeoutMinutes', nodeTimeoutMinutes, { min: 5, max: 720, unit: 'minutes' });
  requireWholeNumber(place, 'turnSeconds', turnSeconds, { min: 60, max: 3600, unit: 'seconds' });
  requireBooleanIfGiven(place, 'requireReadyPeers', requireReadyPeers);
  if (!isUnknown(refreshHours) && refreshHours > longest) {
    throw badInput(place, {
      given: `refreshHours is ${refreshHours}, and certificates are valid for ${validityDays} days`,
      allowed: `at most ${longest} hours, so that a node looks ${LOOKS_BEFORE_EXPIRY} times before a certificate ends`,
      instead: `refreshHours: ${longest}, or a longer validityDays of tls`,
    });
  }
  const twoTurns = Math.ceil((4 * turnSeconds) / 60);
  if (!isUnknown(turnSeconds) && !isUnknown(nodeTimeoutMinutes) && nodeTimeoutMinutes < twoTurns) {
    throw badInput(place, {
      given: `nodeTimeoutMinutes is ${nodeTimeoutMinutes}, and turnSeconds is ${turnSeconds}`,
      allowed: `at least ${twoTurns} minutes, as every other turn is one in which an apply may restart a node`,
      instead: `nodeTimeoutMinutes: ${twoTurns}, or a smaller turnSeconds`,
    });
  }
  return { refreshHours, nodeTimeoutMinutes, turnSeconds, requireReadyPeers };
}
