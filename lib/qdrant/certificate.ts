import { badInput, isUnknown, shown } from '../input/input';

/** Requirements for the certificate of a Qdrant node. */
export interface NodeCertificateRequirements {
  /** The host in the node's peer URI, which the other nodes verify. */
  readonly peerHost: string;

  /**
   * Additional host names that clients use for the node.
   *
   * @default - none
   */
  readonly clientHosts?: string[];

  /** Whether the traffic between the nodes uses TLS. */
  readonly peerTls: boolean;
}

/**
 * The extended key usages and subject alternative names that the certificate of a Qdrant node must have.
 *
 * A node uses one certificate for REST, gRPC and the traffic between the nodes, which is mutual TLS: the certificate is used
 * both as a server and as a client certificate.
 *
 * @see https://qdrant.tech/documentation/guides/security/#tls
 */
export class NodeCertificate {
  /** The extended key usages that the certificate must list. */
  public readonly extendedKeyUsages: string[];

  /** The subject alternative names that the certificate must list: DNS names, or IP addresses where a host is one. */
  public readonly subjectAlternativeNames: string[];

  public constructor(requirements: NodeCertificateRequirements) {
    this.extendedKeyUsages = requirements.peerTls ? ['serverAuth', 'clientAuth'] : ['serverAuth'];
    this.subjectAlternativeNames = [...new Set([requirements.peerHost, ...(requirements.clientHosts ?? [])])];
  }
}

/**
 * Throws if there is no certificate in a text, or a private key.
 *
 * @param factory who was given it
 * @internal
 */
export function checkCertificates(factory: string, pem: string): void {
  if (!isUnknown(pem) && typeof pem !== 'string') throw noText(factory, pem);
  if (isUnknown(pem) || (pem.includes('-----BEGIN CERTIFICATE-----') && !pem.includes('PRIVATE KEY'))) return;
  throw badInput(factory, {
    given: pem.includes('PRIVATE KEY') ? 'a text that holds a private key (not shown)' : 'a text that holds no certificate',
    allowed: 'certificates in PEM, from -----BEGIN CERTIFICATE----- on',
    instead: `${factory}(readFileSync('ca.pem', 'utf8'))`,
  });
}

/** As `readFileSync` gives it that is told no encoding. */
function noText(factory: string, given: unknown): Error {
  return badInput(factory, {
    given: Buffer.isBuffer(given) ? 'a Buffer, no text' : `${shown(given)}, no text`,
    allowed: 'certificates in PEM, as a text',
    instead: `${factory}(readFileSync('ca.pem', 'utf8')), or .toString() of what was read`,
  });
}
