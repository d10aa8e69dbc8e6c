import { Construct } from 'constructs';
import { badInput, isUnknown, requireWholeNumber, shown } from '../../input/input';
import { nameFor } from '../../terraform/identity';
import { literalText } from '../../terraform/literal-text';
import { certManagerObject, validity } from './cert-manager';
import { CertificateIssuer } from './certificate-issuer';
import { OptionNames, requireOptions } from '../../input/options';

/** Properties of a client certificate. */
export interface ClientCertificateProps {
  /**
   * The common name in the certificate.
   *
   * @default - the construct's id
   */
  readonly commonName?: string;

  /**
   * The validity in days. cert-manager renews the certificate when a third of it is left.
   *
   * @default 90
   */
  readonly validityDays?: number;
}

const CLIENT_CERTIFICATE_OPTIONS: OptionNames<ClientCertificateProps> = { commonName: true, validityDays: true };

/** @internal */
export interface CertifyingCluster {
  readonly clusterName: string;
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  readonly issuer: CertificateIssuer;
}

/** A client certificate that cert-manager issues from the CA of a cluster. It is valid for client authentication only. */
export class ClientCertificate extends Construct {
  /** The Secret in the cluster's namespace that holds `tls.crt`, `tls.key` and `ca.crt`. */
  public readonly secretName: string;

  /** @internal */
  public static _create(
    scope: Construct,
    id: string,
    props: ClientCertificateProps,
    cluster: CertifyingCluster,
  ): ClientCertificate {
    return new ClientCertificate(scope, id, props, cluster);
  }

  private constructor(scope: Construct, id: string, props: ClientCertificateProps, cluster: CertifyingCluster) {
    super(scope, id);
    requireOptions(this, undefined, props, CLIENT_CERTIFICATE_OPTIONS);
    const { commonName = id, validityDays = 90 } = props;
    requireWholeNumber(this, 'validityDays', validityDays, { min: 1, max: 825, unit: 'days' });
    this.checkCommonName(commonName);
    this.secretName = `${cluster.clusterName}-client-${nameFor(this, id)}`;
    const { namespace, labels } = cluster;
    certManagerObject(this, 'Certificate', {
      kind: 'Certificate',
      name: this.secretName,
      namespace,
      labels,
      spec: {
        secretName: this.secretName,
        commonName: literalText(commonName),
        ...validity(validityDays),
        privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
        usages: ['digital signature', 'client auth'],
        issuerRef: cluster.issuer._reference,
      },
    });
  }

  private checkCommonName(name: string): void {
    if (isUnknown(name) || (typeof name === 'string' && name.length >= 1 && name.length <= 64)) return;
    throw badInput(this, {
      given: typeof name === 'string' ? `commonName has ${name.length} characters` : `commonName is ${shown(name)}`,
      allowed: 'a text of 1 to 64 characters',
      instead: `commonName: "${(typeof name === 'string' && name.slice(0, 64)) || 'search'}"`,
    });
  }
}
