import { Construct } from 'constructs';
import { coverTheInternet } from '../../input/cidr';
import { isUnknown } from '../../input/input';
import { ListenerPurpose, Posture } from '../../posture';
import { readableName } from '../../terraform/readable-name';
import { Peer } from './peer';

export interface FrontListenerProps {
  readonly purpose: ListenerPurpose;
  /** What stands there, as a reader knows it: a gateway by its name. */
  readonly at: string;
  /** The port on which clients reach it. */
  readonly port: number;
  /** Whether it speaks TLS only, or undefined where that is not known here. */
  readonly tls: boolean | undefined;
  /** Whether a client's certificate is known to get past it, to the guard that verifies it. */
  readonly clientVerification: boolean;
  /** Who reaches it, or undefined where it is not known. */
  readonly clients: Peer[] | undefined;
}

/** Records the listener in front of a cluster. */
export function describeFront(scope: Construct, posture: Posture, props: FrontListenerProps): void {
  const { purpose, at, port, tls, clientVerification, clients } = props;
  const clientVerifiedBy = clientVerification ? 'the guard' : undefined;
  const listener = posture.addListener({ purpose, port, at, tls, apiKey: true, clientVerifiedBy });
  const together = coverTheInternet((clients ?? []).flatMap(({ _cidr }) => _cidr ?? []));
  const sources = clients?.map(({ name, _cidr }) => ({
    name: readableName(scope, name),
    anyAddress: together && _cidr !== undefined,
    // Nothing is opened here whose range Terraform could check.
    unknown: isUnknown(_cidr),
  }));
  for (const source of sources ?? [{ name: `all that can reach the ${at} (unknown)`, unknown: true }])
    listener.addSource(source);
}
