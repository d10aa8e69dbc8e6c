/** Somebody who is let in to a listener by what is synthesized, although nobody said so to the cluster. */
export interface UndeclaredReach {
  /** The display name of the listener. */
  readonly listener: string;

  /** Who is let in. */
  readonly source: string;

  /** The address of the resource that lets them in. */
  readonly by: string;
}
