import { badInput, isUnknown, quoted } from '../../input/input';
import { literally } from '../../terraform/literal-text';
import { checkObjectName } from '../names/names';
import { OptionNames, requireOptions } from '../../input/options';

/** Options for an external issuer. */
export interface ExternalIssuerOptions {
  /** The kind of the issuer, for example `AWSPCAClusterIssuer`. */
  readonly kind: string;
  /** The API group of the kind, for example `awspca.cert-manager.io`. */
  readonly group: string;
}

const EXTERNAL_ISSUER_OPTIONS: OptionNames<ExternalIssuerOptions> = { kind: true, group: true };

/** An existing cert-manager issuer. */
export class CertificateIssuer {
  /** An Issuer in the cluster's namespace. */
  public static issuer(name: string): CertificateIssuer {
    return CertificateIssuer.named('CertificateIssuer.issuer', name, 'Issuer', 'cert-manager.io');
  }

  /** A ClusterIssuer, which issues in every namespace. */
  public static clusterIssuer(name: string): CertificateIssuer {
    return CertificateIssuer.named('CertificateIssuer.clusterIssuer', name, 'ClusterIssuer', 'cert-manager.io');
  }

  /** An external issuer, for example for AWS Private CA or Google CAS. */
  public static external(name: string, options: ExternalIssuerOptions): CertificateIssuer {
    requireOptions('CertificateIssuer.external', undefined, options, EXTERNAL_ISSUER_OPTIONS);
    const isText = (value: unknown) => isUnknown(value) || (typeof value === 'string' && value !== '');
    if (!isText(options.kind) || !isText(options.group)) {
      throw badInput('CertificateIssuer.external', {
        given: `kind ${quoted(options.kind)} of the group ${quoted(options.group)}`,
        allowed: 'the kind of the issuer and the API group of that kind',
        instead: `{ kind: 'AWSPCAClusterIssuer', group: 'awspca.cert-manager.io' }`,
      });
    }
    const { kind, group } = literally(options);
    return CertificateIssuer.named('CertificateIssuer.external', name, kind, group);
  }

  private static named(factory: string, name: string, kind: string, group: string): CertificateIssuer {
    checkObjectName(factory, 'the name', name, 'company-ca');
    return new CertificateIssuer({ name, kind, group });
  }

  private constructor(private readonly reference: { readonly name: string; readonly kind: string; readonly group: string }) {}

  /** As a Certificate names it. @internal */
  public get _reference(): { readonly name: string; readonly kind: string; readonly group: string } {
    return this.reference;
  }
}
