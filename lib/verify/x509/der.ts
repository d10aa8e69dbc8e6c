/** One value of DER, as X.509 is written in. */
export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
  /** The value with its tag and length. */
  readonly whole: Buffer;
}

const INTEGER = 0x02;
const SEQUENCE = 0x30;

function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | size.length]), size, content]);
}

/** Writes values of DER. */
export const der = {
  sequence: (...parts: Buffer[]) => element(SEQUENCE, Buffer.concat(parts)),
  set: (...parts: Buffer[]) => element(0x31, Buffer.concat(parts)),
  /** A whole number that is not negative, however large. */
  integer: (bytes: Buffer) => element(INTEGER, bytes[0] & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes),
  boolean: (value: boolean) => element(0x01, Buffer.from([value ? 0xff : 0])),
  nothing: () => element(0x05, Buffer.alloc(0)),
  text: (value: string) => element(0x0c, Buffer.from(value)),
  bits: (bytes: Buffer, unusedBits = 0) => element(0x03, Buffer.concat([Buffer.from([unusedBits]), bytes])),
  octets: (bytes: Buffer) => element(0x04, bytes),
  identifier: (dotted: string) => element(0x06, identifierBytes(dotted)),
  /** A time with its century, as times from 2050 on must be, and others may be. */
  time: (at: Date) => element(0x18, Buffer.from(`${at.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`)),
  tagged: (number: number, content: Buffer, constructed = true) => element((constructed ? 0xa0 : 0x80) | number, content),
};

function identifierBytes(dotted: string): Buffer {
  const [first, second, ...others] = dotted.split('.').map(Number);
  return Buffer.from([first * 40 + second, ...others.flatMap(base128)]);
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}

/** The values that stand one after another in bytes. */
export function elementsOf(bytes: Buffer): DerElement[] {
  const found: DerElement[] = [];
  for (let at = 0; at < bytes.length; ) {
    const short = bytes[at + 1];
    const sizeBytes = short & 0x80 ? short & 0x7f : 0;
    const start = at + 2 + sizeBytes;
    const length = sizeBytes > 0 ? bytes.readUIntBE(at + 2, sizeBytes) : short;
    found.push({ tag: bytes[at], content: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) });
    at = start + length;
  }
  return found;
}

/** The parts of a certificate that Node does not tell. */
export interface CertificateParts {
  /** The name of the holder, as it is written. */
  readonly subject: Buffer;
  /** The algorithm of the signature: the bytes of its identifier in hexadecimal. */
  readonly signatureAlgorithm: string;
}

/** Reads a certificate in DER. */
export function certificateParts(certificate: Buffer): CertificateParts {
  const [signed, algorithm] = elementsOf(elementsOf(certificate)[0].content);
  const members = elementsOf(signed.content);
  // The version is left out of certificates of the first one.
  const hasVersion = members[0].tag === 0xa0;
  return {
    subject: members[hasVersion ? 5 : 4].whole,
    signatureAlgorithm: elementsOf(algorithm.content)[0].content.toString('hex'),
  };
}

/** An identifier as `certificateParts` tells it. */
export function identifierHex(dotted: string): string {
  return identifierBytes(dotted).toString('hex');
}
