import { connect } from 'node:net';
import { destinationOf, Place, serverNameOf } from './connection';
import { MODERN_SUITES, recordOf, TLS_1_2 } from './hello';

const HANDSHAKE = 0x16;
const CERTIFICATE_REQUEST = 13;
const SERVER_HELLO_DONE = 14;

/** Whether a server asks for the certificate of a client, needed or not. Before TLS 1.3 it does so in the clear; undefined where it speaks nothing older. */
export function asksForCertificate(place: Place, protocol: string, timeoutSeconds: number): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const socket = connect(destinationOf(place));
    const end = (asks?: boolean) => {
      clearTimeout(timer);
      resolve(asks);
      socket.destroy();
    };
    const timer = setTimeout(() => end(), timeoutSeconds * 1000);
    const hello = { version: TLS_1_2, suites: MODERN_SUITES, protocol };
    socket.on('connect', () => socket.write(recordOf(hello, serverNameOf(place.host))));
    socket.on('data', (part) => {
      received = Buffer.concat([received, part]);
      const types = messageTypesOf(handshakeOf(received));
      if (types.includes(CERTIFICATE_REQUEST)) end(true);
      else if (types.includes(SERVER_HELLO_DONE)) end(false);
    });
    socket.on('error', () => end()).on('close', () => end());
  });
}

/** The handshake in records, which may cut its messages anywhere. */
function handshakeOf(records: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at + 5 <= records.length && records[at] === HANDSHAKE; ) {
    const end = at + 5 + records.readUInt16BE(at + 3);
    parts.push(records.subarray(at + 5, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function messageTypesOf(handshake: Buffer): number[] {
  const types: number[] = [];
  for (let at = 0; at + 4 <= handshake.length; at += 4 + handshake.readUIntBE(at + 1, 3)) types.push(handshake[at]);
  return types;
}
