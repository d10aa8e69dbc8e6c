import { Manifest } from '@cdktf/provider-kubernetes/lib/manifest';
import { ITerraformDependable, Lazy } from 'cdktf';
import { Construct } from 'constructs';
import { isIP } from 'node:net';
import { requireWholeNumber } from '../../input/input';
import { requireInstance, requireInstanceIfGiven } from '../../input/nominal';
import { SecretPlaceProps, SecretPurpose } from '../../posture';
import { NodeCertificate } from '../../qdrant';
import { CaBundle } from './ca-bundle';
import { certManagerObject, CertManagerObjectProps, hours, validity } from './cert-manager';
import { CertificateIssuer } from './certificate-issuer';
import { checkObjectName } from '../names/names';
import { OptionNames, requireOptions } from '../../input/options';

/** Options for certificates that the library does not create. */
export interface ExistingTlsOptions {
  /**
   * The CA certificate, stored where clients can read it. Clients are never granted the TLS Secret itself, because it contains
   * the private key.
   *
   * @default - clients obtain the CA certificate some other way
   */
  readonly clientCa?: CaBundle;
}

const EXISTING_TLS_OPTIONS: OptionNames<ExistingTlsOptions> = { clientCa: true };

/** Options for issued certificates. */
export interface IssuedTlsOptions {
  /**
   * The validity of certificates in days. A certificate is renewed when a third of its validity is left; the nodes then restart
   * one at a time.
   *
   * @default 90
   */
  readonly validityDays?: number;
}

const ISSUED_TLS_OPTIONS: OptionNames<IssuedTlsOptions> = { validityDays: true };

/** Options for certificates of an existing issuer. */
export interface CertManagerTlsOptions extends IssuedTlsOptions, ExistingTlsOptions {}

const CERT_MANAGER_TLS_OPTIONS: OptionNames<CertManagerTlsOptions> = { ...ISSUED_TLS_OPTIONS, ...EXISTING_TLS_OPTIONS };

/** A cluster for which certificates are made. @internal */
export interface TlsBinding {
  readonly clusterName: string;
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  /** What the certificate must be; asked for when all is known that clients call the cluster. */
  readonly certificate: () => NodeCertificate;
}

/** Where a cluster's nodes find their certificate. @internal */
export interface ClusterTls {
  /** A Secret with `tls.crt`, `tls.key` and `ca.crt`. */
  readonly secretName: string;
  readonly clientCa?: CaBundle;
  readonly places: SecretPlaceProps[];
  /** An issuer that issues to clients too. */
  readonly issuer?: CertificateIssuer;
  /** What has to be there before the pods are. */
  readonly made: ITerraformDependable[];
}

/**
 * The source of a cluster's TLS certificate. All nodes use one certificate for REST, gRPC and the traffic between the nodes.
 *
 * @see https://qdrant.tech/documentation/guides/security/#tls
 */
export abstract class Tls {
  /** A CA of the cluster's own, managed by cert-manager. cert-manager must be installed. */
  public static generated(options: IssuedTlsOptions = {}): Tls {
    return new OwnAuthorityTls(options);
  }

  /** A certificate issued by an existing cert-manager issuer. */
  public static fromCertManager(issuer: CertificateIssuer, options: CertManagerTlsOptions = {}): Tls {
    return new CertManagerTls(issuer, options);
  }

  /**
   * A certificate in an existing Secret: `tls.crt` (including intermediate CAs), `tls.key` and `ca.crt`. The certificate must
   * have the extended key usages serverAuth and clientAuth and include the host of every node; otherwise the nodes do not
   * start. See `requiredCertificate` of the cluster.
   *
   * @param name the name of the Secret, in the cluster's namespace
   */
  public static fromSecret(name: string, options: ExistingTlsOptions = {}): Tls {
    return new SecretTls(name, options);
  }

  /** Makes the type nominal. */
  private readonly typeName = 'Tls';

  public toString(): string {
    return this.typeName;
  }

  /** Makes what has to be made, below the cluster. @internal */
  public abstract _bind(cluster: Construct, binding: TlsBinding): ClusterTls;
}

class SecretTls extends Tls {
  public constructor(
    private readonly name: string,
    private readonly options: ExistingTlsOptions,
  ) {
    super();
    requireOptions('Tls.fromSecret', undefined, options, EXISTING_TLS_OPTIONS);
    checkObjectName('Tls.fromSecret', 'the name', name, 'vectors-tls');
    requireInstanceIfGiven('Tls.fromSecret', 'clientCa', options.clientCa, CaBundle, "CaBundle.fromConfigMap('company-ca')");
  }

  public _bind(): ClusterTls {
    return {
      secretName: this.name,
      clientCa: this.options.clientCa,
      made: [],
      places: [{ purpose: SecretPurpose.TLS_PRIVATE_KEY, keptIn: `Secret ${this.name}`, origin: 'existing' }],
    };
  }
}

class CertManagerTls extends Tls {
  private readonly validityDays: number;

  public constructor(
    private readonly issuer: CertificateIssuer,
    private readonly options: CertManagerTlsOptions,
  ) {
    super();
    const scope = 'Tls.fromCertManager';
    requireInstance(scope, 'the issuer', issuer, CertificateIssuer, "CertificateIssuer.clusterIssuer('company-ca')");
    requireInstanceIfGiven(scope, 'clientCa', options.clientCa, CaBundle, "CaBundle.fromConfigMap('company-ca')");
    requireOptions(scope, undefined, options, CERT_MANAGER_TLS_OPTIONS);
    this.validityDays = checkedValidity(scope, options);
  }

  public _bind(cluster: Construct, binding: TlsBinding): ClusterTls {
    const { secretName, request } = requestCertificate(cluster, binding, this.issuer, this.validityDays);
    return {
      secretName,
      made: [request],
      clientCa: this.options.clientCa,
      issuer: this.issuer,
      places: [
        {
          purpose: SecretPurpose.TLS_PRIVATE_KEY,
          keptIn: `Secret ${secretName}`,
          origin: 'made by cert-manager',
          controller: 'cert-manager',
        },
      ],
    };
  }
}

class OwnAuthorityTls extends Tls {
  private readonly validityDays: number;

  public constructor(options: IssuedTlsOptions) {
    super();
    requireOptions('Tls.generated', undefined, options, ISSUED_TLS_OPTIONS);
    this.validityDays = checkedValidity('Tls.generated', options);
  }

  public _bind(cluster: Construct, binding: TlsBinding): ClusterTls {
    const authority = this.makeAuthority(cluster, binding);
    const issuer = CertificateIssuer.issuer(`${binding.clusterName}-ca`);
    const { secretName, request } = requestCertificate(cluster, binding, issuer, this.validityDays, [authority]);
    return {
      secretName,
      made: [request],
      issuer,
      places: [
        {
          purpose: SecretPurpose.CA_PRIVATE_KEY,
          keptIn: `Secret ${binding.clusterName}-ca`,
          origin: 'made by cert-manager',
          controller: 'cert-manager',
        },
        {
          purpose: SecretPurpose.TLS_PRIVATE_KEY,
          keptIn: `Secret ${secretName}`,
          origin: 'made by cert-manager',
          controller: 'cert-manager',
        },
      ],
    };
  }

  /** cert-manager's own way to a CA: a self-signed issuer, a CA certificate of it, and an issuer with that. */
  private makeAuthority(cluster: Construct, binding: TlsBinding): Manifest {
    const { clusterName } = binding;
    const names = { root: `${clusterName}-self-signed`, ca: `${clusterName}-ca` };
    const { namespace, labels } = binding;
    const make = (id: string, object: Pick<CertManagerObjectProps, 'kind' | 'name' | 'spec' | 'after'>) =>
      certManagerObject(cluster, id, { namespace, labels, ...object });
    const root = make('SelfSignedIssuer', { kind: 'Issuer', name: names.root, spec: { selfSigned: {} }, after: [] });
    const certificate = {
      isCA: true,
      commonName: `${clusterName} Qdrant cluster CA`,
      secretName: names.ca,
      duration: hours(3650 * 24),
      // A new key would be another CA: clients and nodes would have to trust it first.
      privateKey: { algorithm: 'ECDSA', size: 384, rotationPolicy: 'Never' },
      usages: ['cert sign', 'crl sign'],
      issuerRef: CertificateIssuer.issuer(names.root)._reference,
    };
    const authority = make('CertificateAuthority', { kind: 'Certificate', name: names.ca, spec: certificate, after: [root] });
    return make('Issuer', { kind: 'Issuer', name: names.ca, spec: { ca: { secretName: names.ca } }, after: [authority] });
  }
}

/** Has the nodes' certificate issued, to a Secret whose name is returned. */
function requestCertificate(
  cluster: Construct,
  binding: TlsBinding,
  issuer: CertificateIssuer,
  validityDays: number,
  after: ITerraformDependable[] = [],
): { secretName: string; request: Manifest } {
  const secretName = `${binding.clusterName}-tls`;
  const names = (wanted: (name: string) => boolean) =>
    Lazy.listValue({ produce: () => binding.certificate().subjectAlternativeNames.filter(wanted) }, { omitEmpty: true });
  const spec = {
    secretName,
    ...validity(validityDays),
    privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
    usages: Lazy.listValue({
      produce: () => [
        'digital signature',
        ...binding.certificate().extendedKeyUsages.map((usage) => CERT_MANAGER_USAGES[usage]),
      ],
    }),
    dnsNames: names((name) => isIP(name) === 0),
    ipAddresses: names((name) => isIP(name) !== 0),
    issuerRef: issuer._reference,
  };
  const { namespace, labels } = binding;
  const request = certManagerObject(cluster, 'Certificate', {
    kind: 'Certificate',
    name: secretName,
    namespace,
    labels,
    spec,
    after,
  });
  return { secretName, request };
}

const CERT_MANAGER_USAGES: { [usage: string]: string } = { serverAuth: 'server auth', clientAuth: 'client auth' };

function checkedValidity(scope: string, options: IssuedTlsOptions): number {
  const { validityDays = 90 } = options;
  requireWholeNumber(scope, 'validityDays', validityDays, { min: 3, max: 825, unit: 'days' });
  return validityDays;
}
