import { connect, createServer, Server, Socket } from 'node:net';
import { once } from 'node:events';
import { AddressInfo } from 'node:net';
import { AttackOptions, Outcome, Report, verify } from '../../lib/verify';
import { freePort } from './network/free-port';
import { ADMIN_KEY, CA, CLIENT, CLIENT_CA, OpenServer, READ_ONLY_KEY } from './open-server';

/** What an attacker has who is a client. */
export const material = {
  ca: CA.certificate,
  client: CLIENT,
  clientCa: CLIENT_CA,
  adminKey: ADMIN_KEY,
  readOnlyKey: READ_ONLY_KEY,
};

/** Attacks a server, also through another port than its own. */
export async function attackOn(
  server: OpenServer,
  options: Partial<AttackOptions & { only: string[] }> = {},
  { host = '127.0.0.1', ...through }: { host?: string; rest?: number } = {},
): Promise<Report> {
  const { rest, grpc, peer = await freePort(), metrics, behindGuard = await freePort() } = server.ports;
  const ports = {
    ...{ rest, grpc, peer, metrics, restBehindGuard: behindGuard, othersBehindGuard: [await freePort()], ...through },
  };
  return verify([{ host, ports }], {
    ...{ material, inside: false, callbackAddress: '127.0.0.1', sendKeysAnyway: false, timeoutSeconds: 5 },
    ...{ only: [], skip: [], required: [], progress: () => {} },
    ...options,
  });
}

/** The places of an outcome, as `no-key, REST`. */
export function placesOf({ checks }: Report, outcome: Outcome): string[] {
  return checks
    .filter((check) => check.outcome === outcome)
    .map(({ probe, where }) => `${probe.id}, ${where.replace(/ \(\d+\)/, '')}`);
}

/** A network in front of a port, which drops connections by their first bytes or by their number. */
export async function dropping(
  port: number,
  verdictOf: (first: Buffer, number: number) => 'pass' | 'close' | 'swallow',
): Promise<{ port: number; stop: () => void }> {
  const sockets = new Set<Socket>();
  let number = 0;
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.once('data', (first) => {
      const verdict = verdictOf(first, number++);
      if (verdict === 'close') socket.destroy();
      if (verdict !== 'pass') return;
      const behind = connect(port, '127.0.0.1').on('error', () => socket.destroy());
      behind.write(first);
      socket.pipe(behind).pipe(socket);
      socket.on('close', () => behind.destroy());
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
