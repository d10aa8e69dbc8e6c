import { Difference } from './difference';
import { imageUndeclared } from './rules/image-undeclared';
import { reachUndeclared } from './rules/reach-undeclared';
import { readerUndeclared } from './rules/reader-undeclared';
import { serverUndeclared } from './rules/server-undeclared';
import { UndeclaredReach } from './undeclared-reach';

/** The rules of what is synthesized otherwise than it was meant. */
export const COMPARING = [reachUndeclared, readerUndeclared, imageUndeclared, serverUndeclared];

/** Looks at what is synthesized. What was seen since Aspects were at work may be known, while synthesizing. */
type Observer<T> = (mayBeKnown: boolean) => T[];

/** What a cluster is compared by with what is synthesized of it. */
export class Observations {
  private readonly reachObservers: Array<Observer<UndeclaredReach>> = [];
  private readonly comparers: Array<Observer<Difference>> = [];

  /** @param begin what is done before the first look */
  public constructor(private readonly begin: () => void) {}

  /** Has looked for who is let in that nobody declared. */
  public reachBy(observer: Observer<UndeclaredReach>): void {
    this.beginOnce();
    this.reachObservers.push(observer);
  }

  /** Has compared whatever else a cluster was told. */
  public differencesBy(comparer: Observer<Difference>): void {
    this.beginOnce();
    this.comparers.push(comparer);
  }

  public reach(mayBeKnown: boolean): UndeclaredReach[] {
    return this.reachObservers.flatMap((observe) => observe(mayBeKnown));
  }

  public differences(mayBeKnown: boolean): Difference[] {
    return this.comparers.flatMap((compare) => compare(mayBeKnown));
  }

  private beginOnce(): void {
    if (this.reachObservers.length + this.comparers.length === 0) this.begin();
  }
}
