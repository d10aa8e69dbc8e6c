import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, Server } from 'node:https';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsApi } from '../support/aws/api';
import { FakeCluster, FakeOptions } from '../support/fake-cluster';
import { issue, makeCa } from '../support/openssl';
import { describeWith, ROOT } from '../support/programs';

const PROGRAM = join(ROOT, 'lib/cluster/bundles/ops.js');

/** Backups in a bucket, by the program as it is bundled: it speaks S3 by AWS's own client, over TLS. */
describeWith(['moto', 'openssl'], 'a backup in a bucket', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backup-s3-'));
  let api: AwsApi;
  let front: Server;
  let fake: FakeCluster;
  let endpoint: string;
  const asked: string[] = [];
  let bucket = 'backups-0';

  /** A request of S3, as whoever has the bucket would make it. */
  async function s3(method: string, path: string, body?: Buffer): Promise<Response> {
    const credential = 'Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0';
    const headers = { authorization: `AWS4-HMAC-SHA256 ${credential}` };
    const sent = body && new Uint8Array(body);
    const response = await fetch(`${api.url}/${path}`, { method, headers, body: sent });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return response;
  }

  async function keys(): Promise<string[]> {
    const text = await (await s3('GET', `${bucket}?list-type=2`)).text();
    return [...text.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key);
  }

  /** Runs the program; kills it after so many milliseconds. */
  function run(
    args: string[],
    more: NodeJS.ProcessEnv = {},
    milliseconds?: number,
  ): Promise<{ status: number | null; text: string }> {
    const where = ['--rest-port', `${fake.port}`, '--clear-text', '--poll', '0.02', '--patience', '2'];
    const credentials = {
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'not to be shown',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const env = { PATH: process.env.PATH, AWS_CA_BUNDLE: join(folder, 'ca.pem'), ...credentials, ...more };
    const child = spawn(process.execPath, [PROGRAM, ...args, '--endpoint', endpoint, ...where], { env });
    const timer = milliseconds === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), milliseconds);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += part));
    return new Promise((resolve) => child.on('close', (status) => (clearTimeout(timer), resolve({ status, text }))));
  }

  const backUp = (...args: string[]) => run(['backup', '--to', `s3://${bucket}/vectors`, '--host', '127.0.0.141', ...args]);
  const from = (command: string, ...args: string[]) => run([command, '--from', `s3://${bucket}/vectors`, ...args]);

  beforeAll(async () => {
    api = await AwsApi.start();
    makeCa(folder, 'ca');
    issue(folder, 'storage', 'ca', 'IP:127.0.0.1');
    const read = (name: string) => readFileSync(join(folder, name));
    const [{ hostname, port }, tls] = [new URL(api.url), { cert: read('storage.pem'), key: read('storage-key.pem') }];
    front = createServer(tls, (incoming, response) => {
      const { method, url = '', headers } = incoming;
      asked.push(url);
      const back = request({ hostname, port, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      });
      back.on('error', () => response.destroy());
      incoming.pipe(back);
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    endpoint = `https://127.0.0.1:${(front.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    front.closeAllConnections();
    front.close();
    api.stop();
    rmSync(folder, { recursive: true });
  });

  async function start(options: Partial<FakeOptions> = {}): Promise<void> {
    fake = await FakeCluster.start({ nodes: 3, host: '127.0.0.141', snapshotMilliseconds: 20, ...options });
    fake.addCollection('docs', 2, [[0, 1], [1, 2], [2, 0]]); // prettier-ignore
    for (let point = 0; point < 60; point++) fake.write('docs', point);
  }

  beforeEach(async () => {
    bucket = `backups-${Number(bucket.split('-')[1]) + 1}`;
    await s3('PUT', bucket);
    await start();
  });
  afterEach(() => fake.stop());

  test('is whole, is restored, and goes once it is not kept', async () => {
    await s3('PUT', `${bucket}/vectors/notes.txt`, Buffer.from('of a person'));
    const { status, text } = await backUp('--keep', '1');
    expect({ status, text }).toEqual({
      status: 0,
      text: expect.stringMatching(/^Backed up as \S+: 1 collections, 3 shards, 60 points/m),
    });
    const files = (await keys()).map((key) => key.replace(/^vectors\/\d{8}T\d{6}Z-[0-9a-f]{8}\//, ''));
    const shards = [0, 1, 2].map((shard) => `collection-0-shard-${shard}.snapshot`);
    expect(files.sort()).toEqual([...shards, 'manifest.json', 'vectors/notes.txt']);
    expect(await from('check-backup')).toMatchObject({ status: 0 });
    const restored = await from('restore', '--host', '127.0.0.141', '--collection', 'docs', '--as', 'docs-2');
    expect(restored).toMatchObject({ status: 0 });
    expect(fake.data.pointsOf('docs-2')).toEqual([...Array(60).keys()]);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const second = await backUp('--keep', '1');
    expect(second).toMatchObject({ status: 0, text: expect.stringMatching(/^Backups removed:\n {2}- \S+$/m) });
    expect((await keys()).filter((key) => /manifest/.test(key))).toHaveLength(1);
    expect(await keys()).toContain('vectors/notes.txt');
  });

  test('is found to be damaged by one byte, or by a shard that is missing', async () => {
    await backUp();
    const [first, second] = (await keys()).filter((key) => /shard/.test(key));
    const content = Buffer.from(await (await s3('GET', `${bucket}/${first}`)).arrayBuffer());
    content[1234] ^= 1;
    await s3('PUT', `${bucket}/${first}`, content);
    await s3('DELETE', `${bucket}/${second}`);
    const { status, text } = await from('check-backup');
    expect(status).toBe(1);
    expect(text).toMatch(/^error: collection-0-shard-0\.snapshot is damaged/m);
    expect(text).toMatch(/^error: collection-0-shard-1\.snapshot is missing/m);
  });

  test('is sent in parts where it is large, of which none is left where it comes damaged', async () => {
    await fake.stop();
    await start({ snapshotBytes: 20 * 1024 * 1024 });
    fake.tamper = (_host, _url, answer) =>
      Buffer.isBuffer(answer) ? [200, Buffer.from(answer).fill('y', 19_000_000, 19_000_001)] : undefined;
    expect(await backUp('--patience', '60')).toMatchObject({
      status: 1,
      text: expect.stringMatching(/is damaged: its SHA-256 is/),
    });
    expect(await (await s3('GET', `${bucket}?uploads`)).text()).not.toContain('<Upload>');
    expect(await keys()).toEqual([]);
    fake.tamper = () => undefined;
    expect(await backUp('--patience', '60')).toMatchObject({ status: 0 });
    expect(asked.filter((url) => /partNumber=3&/.test(url)).length).toBeGreaterThanOrEqual(3);
    expect(await from('check-backup')).toMatchObject({ status: 0 });
  });

  test('is found among more files than are listed at a time', async () => {
    await backUp();
    const [first] = await keys();
    const folder = first.slice(0, first.lastIndexOf('/'));
    for (let hundred = 0; hundred < 11; hundred++) {
      const names = [...Array(100).keys()].map((index) => `${bucket}/${folder}/0-${hundred}-${index}`);
      await Promise.all(names.map((name) => s3('PUT', name, Buffer.from('of a person'))));
    }
    expect(await from('check-backup')).toMatchObject({ status: 0 });
  });

  test('that is killed at any moment is finished by the next, and leaves nothing', async () => {
    const begun = Date.now();
    await backUp();
    const whole = Date.now() - begun;
    const moments: number[] = [];
    for (let kill = 0; kill < 10; kill++) {
      moments.push(whole * (0.1 + 0.9 * Math.random()));
      await run(['backup', '--to', `s3://${bucket}/vectors`, '--host', '127.0.0.141'], {}, moments.at(-1)!);
    }
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect({ ...(await backUp()), moments }).toMatchObject({ status: 0 });
    expect({ left: fake.data.leftOnNodes, moments }).toEqual({ left: [], moments });
    const folders = [...new Set((await keys()).map((key) => key.split('/')[1]))];
    for (const id of folders) {
      expect((await keys()).filter((key) => key.includes(id))).toHaveLength(4);
      expect(await run(['check-backup', '--from', `s3://${bucket}/vectors/${id}`])).toMatchObject({ status: 0 });
    }
  });

  test.each([
    ['who does not believe its certificate', { AWS_CA_BUNDLE: undefined }, /^error: s3:\/\/\S+ cannot be read: .*certificate/m],
    [
      'who has no credentials',
      { AWS_ACCESS_KEY_ID: undefined, HOME: '/nowhere' },
      /^error: s3:\/\/\S+ cannot be read: CredentialsProviderError/m,
    ],
  ])('is not for those %s', async (_what, more, message) => {
    const { status, text } = await run(['check-backup', '--from', `s3://${bucket}/vectors`], more);
    expect({ status, text }).toEqual({ status: 2, text: expect.stringMatching(message) });
    expect(text.trim().split('\n')).toHaveLength(1);
    expect(text).not.toContain('not to be shown');
  });
});
