import { ListenerPurpose } from '../listener';
import { clientsOf, namesOfClients } from './helpers';
import { FindingSeverity, Rule } from './rule';

export const peerPortExposed: Rule = {
  id: 'QDR001',
  severity: FindingSeverity.ERROR,
  title: 'A port that is for the nodes alone (6335, or one behind the guard) can be reached from elsewhere',
  reason: 'It is for the nodes only: it bypasses the guard and, before 1.18 on 6335, asks for no key.',
  fix: 'allow clients to REST (6333) or gRPC (6334) only.',
  source: 'https://qdrant.tech/documentation/security/',
  check: ({ listeners }) =>
    listeners
      .filter(
        (listener) => !listener.isForClients && listener.purpose !== ListenerPurpose.HEALTH && clientsOf(listener).length > 0,
      )
      .map((listener) => `the ${listener} is reachable from ${namesOfClients(listener)}, not from the nodes alone`),
};
