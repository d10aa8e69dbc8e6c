import { Identity } from '../x509/make-certificate';

/** The ports of one server. */
export interface TargetPorts {
  readonly rest: number;
  readonly grpc: number;
  readonly peer: number;
  /** The port that serves metrics without a key, where there is one. */
  readonly metrics?: number;
  /** Where Qdrant's own ports are behind a guard; REST, which nodes may reach, by itself. */
  readonly restBehindGuard: number;
  readonly othersBehindGuard: number[];
}

/** One server that is attacked. */
export interface Target {
  readonly host: string;
  /** Where the name of the host has several, one of its addresses. */
  readonly address?: string;
  readonly ports: TargetPorts;
}

/** What the attacker has. */
export interface Material {
  /** The CAs of the server. */
  readonly ca?: string;
  /** What clients present. */
  readonly client?: Identity;
  /** What nodes present to each other. */
  readonly node?: Identity;
  /** The CA of the clients with its key, by which certificates are made that are too old and too new. */
  readonly clientCa?: Identity;
  readonly adminKey?: string;
  readonly readOnlyKey?: string;
}

/** What must never be repeated. */
export function secretsOf({ adminKey, readOnlyKey }: Material): string[] {
  return [adminKey, readOnlyKey].flatMap((key) => key ?? []);
}

/** How to attack. */
export interface AttackOptions {
  readonly material: Material;
  /** Whether it stands where a node or a pod does. */
  readonly inside: boolean;
  /** An address of this machine that the server could connect to, with a port or without. */
  readonly callbackAddress?: string;
  /** Whether keys are sent in clear text and to servers that cannot be believed. */
  readonly sendKeysAnyway: boolean;
  readonly timeoutSeconds: number;
}
