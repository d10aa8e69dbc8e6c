import { badInput, isUnknown } from '../input/input';

/** What a certificate must contain to serve as the certificate of a Qdrant node. */
export interface NodeCertificateRequirements {
  /** The host in the node's peer URI. The other nodes verify it. */
  readonly peerHost: string;

  /**
   * Further host names that clients use for this node.
   *
   * @default - none
   */
  readonly clientHosts?: string[];

  /** Whether the nodes speak TLS among themselves. */
  readonly peerTls: boolean;
}

/**
 * The certificate of one Qdrant node: what it must be good for, and which names it must carry.
 *
 * One certificate serves REST, gRPC and the traffic among the nodes. TLS among the nodes is mutual, so that the certificate
 * is presented as a server's and as a client's.
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
  if (isUnknown(pem) || (pem.includes('-----BEGIN CERTIFICATE-----') && !pem.includes('PRIVATE KEY'))) return;
  throw badInput(factory, {
    given: pem.includes('PRIVATE KEY') ? 'a text that holds a private key (not shown)' : 'a text that holds no certificate',
    allowed: 'certificates in PEM, from -----BEGIN CERTIFICATE----- on',
    instead: `${factory}(readFileSync('ca.pem', 'utf8'))`,
  });
}
