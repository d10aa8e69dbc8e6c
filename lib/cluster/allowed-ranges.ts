import { coverTheInternet } from '../cidr';
import { Listener } from '../posture';

/** The ranges that each listener was opened to: parts of the internet that are allowed one by one are the internet all the same. */
export class AllowedRanges {
  private readonly ranges = new Map<Listener, string[]>();

  /** Adds a range, where the peer is one. Returns whether all that a listener is open to by now is the internet. */
  public add(listener: Listener, cidr: string | undefined): boolean {
    if (cidr === undefined) return false;
    const ranges = [...(this.ranges.get(listener) ?? []), cidr];
    this.ranges.set(listener, ranges);
    return coverTheInternet(ranges);
  }
}
