import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';

/** A server of this program that another one may be lured to. It answers 404 and keeps nothing. */
export class CallbackServer {
  /** Listens, or tells why it cannot. The address is that of this machine, as the other server reaches it: `ADDRESS` or `ADDRESS:PORT`. */
  public static listen(address: string, path: string): Promise<CallbackServer | string> {
    const [, host, port = '0'] = /^(.*?)(?::(\d+))?$/.exec(address)!;
    return new Promise((resolve) => {
      const server = createServer();
      server.on('error', (error) => resolve(`no server could listen for the request: ${error.message}`));
      // On all addresses: the one that was given may be that of a gateway.
      server.listen(Number(port), () => resolve(new CallbackServer(server, host, path)));
    });
  }

  private seen: string | undefined;
  private tell: ((seen: string) => void) | undefined;

  private constructor(
    private readonly server: Server,
    private readonly host: string,
    private readonly path: string,
  ) {
    server.on('request', (request, response) => {
      response.writeHead(404).end();
      if (request.url !== this.path) return;
      this.seen = `${request.method} ${request.url} from ${request.socket.remoteAddress}`;
      this.tell?.(this.seen);
    });
  }

  public get url(): string {
    return `http://${this.host}:${(this.server.address() as AddressInfo).port}${this.path}`;
  }

  /** What came by, or undefined if nothing does within that time. */
  public waitForRequest(seconds: number): Promise<string | undefined> {
    if (this.seen) return Promise.resolve(this.seen);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), seconds * 1000);
      this.tell = (seen) => {
        clearTimeout(timer);
        resolve(seen);
      };
    });
  }

  public close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
