import { ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../network/free-port';
import { python } from '../programs';

/** Which version of its API a service of the query protocol is asked for. */
const QUERY_VERSIONS: { [service: string]: string } = {
  ec2: '2016-11-15',
  iam: '2010-05-08',
  elasticloadbalancing: '2015-12-01',
};

/** One call that a client made. */
export interface ApiCall {
  readonly at: number;
  readonly service: string;
  readonly action: string;
  readonly parameters: { [name: string]: any };
}

export interface AwsApiOptions {
  readonly host?: string;
  readonly port?: number;
  /** What the server's command follows, such as `ip netns exec NAME`. */
  readonly prefix?: string[];
  /** The program that runs Systems Manager's documents on a node. */
  readonly nodeRunner?: string;
  /** A file with the names of secrets, one on a line, that nobody may read. */
  readonly denied?: string;
}

/** An AWS API on loopback; `server.py` beside this file says what it is. */
export class AwsApi {
  public static async start(options: AwsApiOptions = {}): Promise<AwsApi> {
    const { host = '127.0.0.1', prefix = [], denied } = options;
    const port = options.port ?? (await freePort());
    const log = join(mkdtempSync(join(tmpdir(), 'aws-api-')), 'calls.jsonl');
    const runner = options.nodeRunner ? ['--node-runner', options.nodeRunner] : [];
    const refused = denied ? ['--denied', denied] : [];
    const address = ['--host', host, '--port', String(port)];
    const command = [...prefix, python(), join(__dirname, 'server.py'), ...address, '--calls', log, ...runner, ...refused];
    const server = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve, reject) => {
      server.stdout.once('data', () => resolve());
      server.once('exit', (code) => reject(new Error(`the AWS API ended with ${code} before it listened`)));
    });
    const api = new AwsApi(server, `http://${host}:${port}`, log);
    await api.untilItAnswers();
    return api;
  }

  private constructor(
    private readonly server: ChildProcess,
    public readonly url: string,
    private readonly log: string,
  ) {}

  public stop(): void {
    this.server.kill('SIGKILL');
  }

  /** The calls since it was started, in the order in which they came. */
  public calls(): ApiCall[] {
    const lines = readFileSync(this.log, 'utf8').split('\n');
    // The last one is being written, or is nothing.
    return lines.slice(0, -1).map((line) => JSON.parse(line));
  }

  /** A call by the query protocol, of EC2 or the given service, or of a service that speaks JSON where a prefix is given. */
  public async call(
    action: string,
    parameters: { [name: string]: any },
    target: { service: string; prefix?: string } = { service: 'ec2' },
  ): Promise<any> {
    const { service, prefix } = target;
    if (prefix !== undefined) {
      const type = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${prefix}.${action}` };
      return JSON.parse(await this.send(service, '', JSON.stringify(parameters), type));
    }
    const body = new URLSearchParams({ Action: action, Version: QUERY_VERSIONS[service], ...parameters }).toString();
    return this.send(service, '', body, { 'content-type': 'application/x-www-form-urlencoded' });
  }

  /** POSTs a text to a path of a service. */
  public async send(service: string, path: string, body: string, more: { [header: string]: string }): Promise<string> {
    const headers = {
      ...more,
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      host: `${service}.eu-west-1.amazonaws.com`,
    };
    const response = await fetch(`${this.url}${path}`, { method: 'POST', headers, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${service} ${path}: ${text}`);
    return text;
  }

  /** The value of a secret, as the nodes would read it. */
  public async secretValue(id: string): Promise<string> {
    return (await this.askSecretsManager('GetSecretValue', { SecretId: id })).SecretString;
  }

  /** Makes a secret, as whoever writes it from outside; its ARN. */
  public async makeSecret(name: string, text: string): Promise<string> {
    const secret = { Name: name, SecretString: text, ClientRequestToken: randomUUID() };
    return (await this.askSecretsManager('CreateSecret', secret)).ARN;
  }

  /** Gives a secret another value, likewise. */
  public async putSecret(name: string, text: string): Promise<void> {
    const value = { SecretId: name, SecretString: text, ClientRequestToken: randomUUID() };
    await this.askSecretsManager('PutSecretValue', value);
  }

  private askSecretsManager(action: string, parameters: object): Promise<any> {
    return this.call(action, parameters, { service: 'secretsmanager', prefix: 'secretsmanager' });
  }

  private async untilItAnswers(): Promise<void> {
    for (let attempt = 0; attempt < 300; attempt++) {
      const answers = await fetch(`${this.url}/moto-api/`).then(
        () => true,
        () => false,
      );
      if (answers) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('the AWS API does not answer');
  }
}
