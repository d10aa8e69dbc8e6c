import { DataResource, Fn } from 'cdktf';
import { Construct } from 'constructs';

export interface FoundingTimeProps {
  /** Another number takes the time anew. */
  readonly generation: number;
}

/** How many minutes after its founding time a cluster may be founded. Longer than a first apply takes, and than a node does to boot. */
export const FOUNDING_MINUTES = 60;

/**
 * When a cluster was first applied, kept in Terraform's state. The node that founds a cluster rests on it: silence of the other nodes proves
 * nothing, as they may be away.
 */
export class FoundingTime extends Construct {
  /** The time, as RFC 3339 writes it. */
  public readonly time: string;

  public constructor(scope: Construct, id: string, props: FoundingTimeProps) {
    super(scope, id);
    const kept = new DataResource(this, 'Time', {
      // Taken when applied, so that a plan which is approved days later still opens the whole window.
      input: { time: Fn.timestamp() },
      triggersReplace: { generation: props.generation },
      lifecycle: { ignoreChanges: ['input'] },
    });
    withoutProvider(kept);
    this.time = kept.interpolationForAttribute('output.time').toString();
  }

  /** The time at which nobody may found the cluster any more. */
  public get end(): string {
    return Fn.timeadd(this.time, `${FOUNDING_MINUTES}m`);
  }
}

/** Terraform has the resource built in: an aspect that gives every resource a provider must not give it one. */
function withoutProvider(resource: DataResource): void {
  Object.defineProperty(resource, 'provider', { get: () => undefined, set: () => {} });
}
