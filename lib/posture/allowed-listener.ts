import { IConstruct } from 'constructs';
import { badInput } from '../input/input';
import { QdrantPorts } from '../qdrant/ports';
import { Listener, ListenerPurpose } from './listener';

/** The listener that serves a purpose; throws where none does. */
export function listenerForPurpose(scope: IConstruct, listeners: Listener[], purpose: ListenerPurpose): Listener {
  const listener = listeners.find((candidate) => candidate.purpose === purpose);
  if (listener) return listener;
  throw badInput(scope, {
    given: `${purpose} is allowed, but nothing serves it`,
    allowed: listeners.map((candidate) => candidate.purpose).join(', '),
    instead:
      purpose === ListenerPurpose.METRICS
        ? 'set the option metricsPort of the cluster'
        : 'leave the option grpc at its default',
  });
}

/**
 * The listener on a port that clients may be allowed to; throws where none is.
 *
 * @param who the peer that is allowed
 * @param nodes what a reader knows the nodes by: `nodes`, or `pods`
 */
export function listenerForPort(scope: IConstruct, listeners: Listener[], port: number, who: string, nodes: string): Listener {
  const listener = listeners.find((candidate) => candidate.port === port);
  if (listener && port !== QdrantPorts.PEER) return listener;
  throw badInput(scope, {
    given: `port ${port} for ${who}`,
    allowed:
      port === QdrantPorts.PEER
        ? `the cluster’s own ${nodes}, which the library allows by itself: the port carries Raft and shard traffic`
        : listeners.map((candidate) => `${candidate.port} (${candidate.purpose})`).join(', '),
    instead: 'allowRestFrom(peer) or allowGrpcFrom(peer)',
  });
}
