import type { Attack } from '../attack/attack';
import { secretsOf } from '../attack/target';
import { Check, notTried } from '../probe';
import { GrpcReply, GrpcWire } from '../wire/grpc-wire';
import { Credentials } from '../wire/reply';
import { Identity } from '../x509/make-certificate';

/** What a node asks another: how far the log is. It changes nothing. */
const CALL = { path: '/qdrant.QdrantInternal/GetConsensusCommit', message: Buffer.alloc(0) };

/** Calls the port of the nodes as a node would; without TLS where that is what it speaks. */
export function callPeer(
  attack: Attack,
  client: Identity | null,
  plain: boolean,
  credentials?: Credentials,
): Promise<GrpcReply> {
  const { target, options } = attack;
  const { ca } = options.material;
  const wire = new GrpcWire({
    ...{ host: target.host, address: target.address, port: target.ports.peer, timeoutSeconds: options.timeoutSeconds, ca },
    ...{ trusting: false, secrets: secretsOf(options.material) },
  });
  return wire.call(CALL, { client, plain, credentials });
}

/** Why nothing of the nodes' port can be told from outside. */
export function outsideOnly({ options, target }: Attack): Check | undefined {
  return options.inside
    ? undefined
    : notTried(`peer (${target.ports.peer})`, 'only from inside (--inside), where the port of the nodes may be reached');
}
