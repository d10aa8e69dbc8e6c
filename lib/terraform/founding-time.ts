import { conditional, Fn, ITerraformDependable, Op } from 'cdktf';
import { Construct } from 'constructs';
import { once } from './once';
import { TerraformData } from './terraform-data';

export interface FoundingTimeProps {
  /** Another number takes the time anew. */
  readonly generation: number;
  /** How many nodes of the cluster there are already. */
  readonly existing: number;
  /** What takes long to make, or may fail to be made: the time is taken after it. */
  readonly after: ITerraformDependable[];
}

/** The time of a cluster that was there before anybody took it. */
const LONG_AGO = '1970-01-01T00:00:00Z';

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
    const { generation, existing, after } = props;
    // A cluster that an earlier version of the library made was founded then; another generation says that it is to be founded all the same.
    const wasFounded = once(Op.and(once(Op.gte(existing, 1)), once(Op.lte(generation, 1))));
    const kept = new TerraformData(this, 'Time', {
      // Taken when applied, so that a plan which is approved days later still opens the whole window.
      input: { time: conditional(wasFounded, LONG_AGO, Fn.timestamp()) },
      triggersReplace: { generation },
      dependsOn: after,
      lifecycle: { ignoreChanges: ['input'] },
    });
    this.time = kept.interpolationForAttribute('output.time').toString();
  }

  /** The time after which no node founds the cluster any more. */
  public get end(): string {
    return Fn.timeadd(this.time, `${FOUNDING_MINUTES}m`);
  }
}
