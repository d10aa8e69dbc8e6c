import { RealCluster } from './cluster';

/** Where certificates are brought to in the pod that asks with them. */
const FOLDER = '/tmp/asked';

/** Asks a node's ports from inside of a pod, where network policies let it: with openssl, and certificates that the pod does not have by itself. */
export class PodClient {
  public constructor(
    private readonly cluster: RealCluster,
    /** The node whose pod asks. */
    private readonly node: number,
  ) {}

  /** Brings it certificates. */
  public bring(...names: string[]): void {
    const files = names.flatMap((name) => [`${name}.pem`, `${name}-key.pem`]);
    const writes = files.map((file) => `printf '%s' '${this.cluster.read(file)}' >${FOLDER}/${file}`);
    this.run([`mkdir -p ${FOLDER}`, ...writes].join('\n'));
  }

  public forget(): void {
    this.run(`rm -r ${FOLDER}`);
  }

  /** The status of an answer of HTTP to a certificate, or 0 where there is none. */
  public status(address: string, certificate: string, path = '/'): number {
    const request = `printf 'GET ${path} HTTP/1.1\\r\\nHost: node\\r\\nConnection: close\\r\\n\\r\\n'`;
    const answer = this.run(
      `${request} | timeout 5 openssl s_client -quiet -connect ${address} ${identity(certificate)} 2>/dev/null | head -1; true`,
    );
    return Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1] ?? 0);
  }

  /** Whether a port keeps a connection open that begins with a certificate: those that are refused learn of it after the handshake only. */
  public isKept(address: string, certificate: string): boolean {
    const connect = `timeout 2 openssl s_client -connect ${address} ${identity(certificate)}`;
    // 124 is what ends it, as nothing else does.
    return this.run(`${connect} < <(exec sleep 3 2>/dev/null) >/dev/null 2>&1; echo $?`).trim() === '124';
  }

  /** What the script prints for each of its own ports, which it is given as $port. */
  public ofPorts(ports: number[], script: string): { [port: string]: string } {
    const output = this.run(`for port in ${ports.join(' ')}; do printf '\\n--- %s ' $port\n${script}\ndone; true`);
    const answers = output.split('\n--- ').slice(1);
    return Object.fromEntries(answers.map((answer) => [parseInt(answer), answer.replace(/^\d+ /, '').trim()]));
  }

  private run(script: string): string {
    const { code, output } = this.cluster.exec(this.node, script);
    if (code !== 0) throw new Error(`in the pod of node ${this.node}: ${script}\nended with ${code}:\n${output}`);
    return output;
  }
}

function identity(certificate: string): string {
  return `-cert ${FOLDER}/${certificate}.pem -key ${FOLDER}/${certificate}-key.pem`;
}
