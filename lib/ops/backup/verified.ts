import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { Damaged } from './place';

/** What a file must be. */
export interface Expected {
  readonly bytes: number;
  /** Left out where nobody has told it. */
  readonly sha256?: string;
}

/**
 * Passes a stream on, and ends it in an error where it is not what it must be: whoever writes it writes nothing then.
 * @param broken what is said where it breaks off
 */
export function verified(
  source: Readable,
  what: string,
  expected: Expected,
  broken: (why: string) => Error,
): { stream: Readable; sha256: () => string } {
  const hash = createHash('sha256');
  let [bytes, sum] = [0, ''];
  const stream = new Transform({
    transform(part: Buffer, _encoding, then) {
      hash.update(part);
      bytes += part.length;
      then(
        bytes > expected.bytes ? new Damaged(`${what} has more than the ${expected.bytes} bytes that it should`) : null,
        part,
      );
    },
    flush(then) {
      sum = hash.digest('hex');
      if (bytes < expected.bytes) return then(new Damaged(`${what} has ${bytes} of ${expected.bytes} bytes`));
      const isSame = expected.sha256 === undefined || expected.sha256.toLowerCase() === sum;
      return then(isSame ? null : new Damaged(`${what} is damaged: its SHA-256 is ${sum}, and should be ${expected.sha256}`));
    },
  });
  source.on('error', ({ message }) => stream.destroy(broken(`${what} breaks off: ${message}`)));
  // It may end before anyone reads it, who then hears of it all the same.
  stream.on('error', () => {});
  stream.on('close', () => source.destroy());
  return { stream: source.pipe(stream), sha256: () => sum };
}
