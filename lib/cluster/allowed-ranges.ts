import { coverTheInternet } from '../input/cidr';
import { isUnknown } from '../input/input';
import { ExposureSource, Listener } from '../posture';

/** What a peer is to a firewall. */
export interface AllowedPeer {
  /** The range of addresses, where the peer is one. */
  readonly _cidr: string | undefined;
  /** Whether it is a prefix list, whose ranges are not known here. */
  readonly _isListOfRanges?: boolean;
}

/** The ranges that each listener was opened to: parts of the internet that are allowed one by one are the internet all the same. */
export class AllowedRanges {
  private readonly ranges = new Map<Listener, string[]>();

  /** Adds a peer. Returns whether all that a listener is open to by now is the internet, or may be while no key is asked for. */
  public add(listener: Listener, peer: AllowedPeer): Omit<ExposureSource, 'name'> {
    const { _cidr: cidr, _isListOfRanges: isList = false } = peer;
    const ranges = [...(this.ranges.get(listener) ?? []), ...(cidr === undefined ? [] : [cidr])];
    this.ranges.set(listener, ranges);
    // That one range is not the internet Terraform checks; not what several are together, nor what a list holds.
    const isOneOfSeveral = cidr !== undefined && isUnknown(cidr) && ranges.filter(isUnknown).length > 1;
    return {
      anyAddress: cidr !== undefined && coverTheInternet(ranges),
      unknown: listener.apiKey === false && (isList || isOneOfSeveral),
    };
  }
}
