import { Counts, Proof, REQUESTS_OF_A_CHANGE, Seen } from './proof';

/** What a client counts that writes and reads while something happens. */
export type Traffic<Options> = (happening: () => Promise<void>, options: Options) => Promise<Counts>;

/** What all clients can be told, whatever the cluster runs on. */
export interface WitnessedOptions {
  /** It goes on until it has made so many requests. */
  readonly minRequests?: number;
}

/** Sees by a client's requests what happens to a cluster, holds it to what is promised, and keeps what was seen. */
export class Witness<Options extends WitnessedOptions> {
  private kept?: Proof;

  public constructor(
    private readonly target: 'AWS' | 'Kubernetes',
    private readonly traffic: Traffic<Options>,
  ) {}

  /** A planned change: a client that writes and reads all the while must not notice. */
  public async change(what: string, happening: () => unknown, options = {} as Options): Promise<Counts> {
    const counts = await this.see('change', what, happening, { ...options, minRequests: REQUESTS_OF_A_CHANGE });
    expect(counts).toMatchObject({ failed: 0, lost: 0 });
    expect(counts.notReadyAtOnce).toBeLessThanOrEqual(1);
    expect(counts.requests).toBeGreaterThanOrEqual(REQUESTS_OF_A_CHANGE);
    return counts;
  }

  /** Something that goes wrong, and how it is over: no request may fail after its retries, and nothing that was written may be lost. */
  public async fault(what: string, happening: () => unknown, options = {} as Options): Promise<Counts> {
    const counts = await this.see('fault', what, happening, options);
    expect(counts).toMatchObject({ failed: 0, lost: 0 });
    return counts;
  }

  /** Something that nobody can serve through: clients fail until it is over, and nothing that was written may be lost. */
  public async outage(what: string, happening: () => unknown, options = {} as Options): Promise<Counts> {
    const counts = await this.see('fault', what, happening, options);
    expect(counts).toMatchObject({ lost: 0 });
    return counts;
  }

  private async see(kind: Seen['kind'], what: string, happening: () => unknown, options: Options): Promise<Counts> {
    let recoverySeconds = 0;
    const timed = async () => {
      const start = Date.now();
      // A number is how long it took from when it was over.
      const seconds = await happening();
      recoverySeconds = typeof seconds === 'number' ? seconds : (Date.now() - start) / 1000;
    };
    const counts = await this.traffic(timed, options);
    this.kept ??= new Proof(this.target);
    this.kept.keep({ kind, what, recoverySeconds: Math.round(recoverySeconds * 10) / 10, ...counts });
    return counts;
  }
}
