import { IConstruct } from 'constructs';
import { badInput, requireWholeNumber } from '../input/input';
import { QdrantPorts } from '../qdrant';

/** Throws unless the port is one that a cluster may be let out to. */
export function checkOutgoingPort(scope: IConstruct, port: number): void {
  requireWholeNumber(scope, 'port', port, { min: 1, max: 65535, example: 443 });
  if (port !== QdrantPorts.PEER) return;
  throw badInput(scope, {
    given: `allowTo with the port ${port}`,
    allowed: `another port: on ${port} the nodes of one cluster reach each other, which the library allows itself, and to no others`,
    instead: `allowTo(peer, ${QdrantPorts.REST}) or allowTo(peer, ${QdrantPorts.GRPC}) for another Qdrant cluster`,
  });
}
