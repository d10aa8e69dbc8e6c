import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { Readable } from 'node:stream';
import { isLoopback } from '../../verify/wire/loopback';
import type * as Sdk from './vendor/aws-s3.entry';
import { isId, Missing, Place, PlaceTrouble, StoredFile } from './place';

export interface S3Settings {
  readonly bucket: string;
  /** Under this, in that bucket. */
  readonly prefix: string;
  /** Of whatever speaks S3; left out for that of AWS. */
  readonly endpoint?: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** What a part of a file has at least; S3 takes 10000 parts of a file. */
const PART_BYTES = 8 * 1024 * 1024;
const MOST_PARTS = 9000;

/** How many parts are in memory at a time. */
const PARTS_AT_A_TIME = 2;

/** A bucket of S3, or of what speaks S3. */
export class S3Place implements Place {
  public readonly name: string;
  private readonly sdk: typeof Sdk;
  private readonly client: Sdk.S3Client;
  private readonly root: string;

  constructor(private readonly settings: S3Settings) {
    const { bucket, prefix } = settings;
    this.root = prefix === '' ? '' : `${prefix}/`;
    this.name = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
    this.sdk = loadSdk();
    this.client = new this.sdk.S3Client(clientOptionsOf(settings));
    // Wherever the endpoint comes from: an option, the environment (`AWS_ENDPOINT_URL_S3`), or a profile.
    this.client.middlewareStack.add((next) => (call) => next(overTls(call)), { step: 'build', name: 'overTls' });
  }

  public async ids(): Promise<string[]> {
    const ids: string[] = [];
    for await (const { CommonPrefixes: folders = [] } of this.pages(this.root, '/')) {
      ids.push(...folders.map(({ Prefix: folder = '' }) => folder.slice(this.root.length, -1)));
    }
    return ids.filter(isId).sort();
  }

  public async files(id: string): Promise<StoredFile[]> {
    const files: StoredFile[] = [];
    const folder = this.key(id, '');
    for await (const { Contents: found = [] } of this.pages(folder)) {
      files.push(...found.map(({ Key: key = '', Size: bytes = 0 }) => ({ name: key.slice(folder.length), bytes })));
    }
    return files;
  }

  /** An object is there once all of it is. */
  public async write(id: string, name: string, content: Readable | string, bytes: number): Promise<void> {
    const object = { Bucket: this.settings.bucket, Key: this.key(id, name), Body: content };
    const upload = new this.sdk.Upload({
      client: this.client,
      params: object,
      partSize: Math.max(PART_BYTES, Math.ceil(bytes / MOST_PARTS)),
      queueSize: PARTS_AT_A_TIME,
    });
    await this.doing('be written', () => upload.done());
  }

  public async read(id: string, name: string): Promise<Readable> {
    const object = { Bucket: this.settings.bucket, Key: this.key(id, name) };
    const { Body: body } = await this.doing('be read', () => this.client.send(new this.sdk.GetObjectCommand(object)));
    return body as Readable;
  }

  public async remove(id: string, name: string): Promise<void> {
    const object = { Bucket: this.settings.bucket, Key: this.key(id, name) };
    await this.doing('be written', () => this.client.send(new this.sdk.DeleteObjectCommand(object)));
  }

  /** There are no folders but by the names of objects. */
  public async removeFolder(): Promise<void> {}

  private key(id: string, name: string): string {
    return `${this.root}${id}/${name}`;
  }

  private async *pages(prefix: string, delimiter?: string): AsyncGenerator<Sdk.ListObjectsV2CommandOutput> {
    let next: string | undefined;
    do {
      const asked = { Bucket: this.settings.bucket, Prefix: prefix, Delimiter: delimiter, ContinuationToken: next };
      const page = await this.doing('be read', () => this.client.send(new this.sdk.ListObjectsV2Command(asked)));
      yield page;
      next = page.NextContinuationToken;
    } while (next !== undefined);
  }

  private async doing<T>(what: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      const { name, message } = error as Error;
      // What is wrong with what was to be written is said by whoever gave it.
      if (error instanceof PlaceTrouble || (!(error as Sdk.S3ServiceException).$metadata && !isOfWay(error))) throw error;
      if (name === 'NoSuchKey') throw new Missing(`${this.name} has no such object`);
      throw new PlaceTrouble(`${this.name} cannot ${what}: ${name === 'Error' ? '' : `${name}: `}${message}`);
    }
  }
}

/** What is backed up, and the signatures of who may read it, go to nobody in clear text but to this machine. */
function overTls<T extends { request: unknown }>(call: T): T {
  const { protocol, hostname = '' } = call.request as { protocol?: string; hostname?: string };
  if (protocol === 'https:' || isLoopback(hostname.replace(/^\[|\]$/g, ''))) return call;
  throw new PlaceTrouble(`S3 would be asked in clear text at ${hostname}: name an endpoint over TLS`);
}

/** Whether no answer came, or nothing was asked: there are no credentials, or no region. */
function isOfWay(error: unknown): boolean {
  const { name, code, message } = error as NodeJS.ErrnoException;
  const isUnasked = /CredentialsProviderError|TimeoutError|NetworkingError/.test(name) || /region is missing/i.test(message);
  return isUnasked || code !== undefined;
}

function clientOptionsOf({ endpoint, environment }: S3Settings): Sdk.S3ClientConfig {
  const { AWS_REGION: region, AWS_DEFAULT_REGION: usual, AWS_CA_BUNDLE: bundle } = environment;
  const given = region ?? usual ?? (endpoint === undefined ? undefined : 'us-east-1');
  return {
    ...(given === undefined ? {} : { region: given }),
    // Not all that speaks S3 knows the checksums that S3 has learnt since; each file has its SHA-256 in the manifest.
    ...(endpoint === undefined
      ? {}
      : {
          endpoint,
          forcePathStyle: true,
          requestChecksumCalculation: 'WHEN_REQUIRED',
          responseChecksumValidation: 'WHEN_REQUIRED',
        }),
    ...(bundle === undefined ? {} : { requestHandler: { httpsAgent: new Agent({ ca: certificatesIn(bundle) }) } }),
  };
}

function certificatesIn(bundle: string): Buffer {
  try {
    return readFileSync(bundle);
  } catch (error) {
    throw new PlaceTrouble(`the file that AWS_CA_BUNDLE names cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** It is bundled (`scripts/bundle.js`), so that nobody has to install it, and loaded where it is needed. */
function loadSdk(): typeof Sdk {
  // That later ones want a later Node is nothing that a user could mend: this one is in the bundle.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('./vendor/aws-s3.js');
}
