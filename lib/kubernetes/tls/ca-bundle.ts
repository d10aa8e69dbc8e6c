import { checkCertificates } from '../../qdrant/certificate';
import { literalText } from '../../terraform/literal-text';
import { checkDataKey, checkObjectName } from '../names/names';

/** Where certificates are kept in the cluster's namespace. @internal */
export interface BundlePlace {
  readonly kind: 'secret' | 'configMap';
  readonly name: string;
  readonly key: string;
}

/** Where certificates are: one of these. @internal */
export interface BundleSource {
  readonly pem?: string;
  readonly place?: BundlePlace;
}

/** Where the CA certificate is kept that clients believe: with the certificate of the nodes, where nowhere else. @internal */
export function placeOfCa({ clientCa, tlsSecretName }: { clientCa?: CaBundle; tlsSecretName: string }): BundlePlace {
  return clientCa?._source.place ?? { kind: 'secret', name: tlsSecretName, key: 'ca.crt' };
}

/** The command that prints what is kept in a place. @internal */
export function commandToRead(namespace: string, { kind, name, key }: BundlePlace): string {
  const member = `jsonpath='{.data.${key.replace(/\./g, '\\.')}}'`;
  const command = `kubectl --namespace ${namespace} get ${kind.toLowerCase()} ${name} --output ${member}`;
  return kind === 'secret' ? `${command} | base64 --decode` : command;
}

/** A bundle of CA certificates. CA certificates are public; storing them in a Secret is for convenience. */
export class CaBundle {
  /**
   * CA certificates in PEM format, for example read from a file.
   *
   * @throws if the text contains no certificate, or a private key
   */
  public static fromPem(pem: string): CaBundle {
    checkCertificates('CaBundle.fromPem', pem);
    return new CaBundle({ pem: literalText(pem) });
  }

  /**
   * CA certificates in PEM format, stored in a Secret in the cluster's namespace.
   *
   * @param key the key that holds the certificates; by default `ca.crt`
   */
  public static fromSecret(name: string, key: string = 'ca.crt'): CaBundle {
    return CaBundle.kept('CaBundle.fromSecret', { kind: 'secret', name, key });
  }

  /**
   * CA certificates in PEM format, stored in a ConfigMap in the cluster's namespace, for example by trust-manager.
   *
   * @param key the key that holds the certificates; by default `ca.crt`
   */
  public static fromConfigMap(name: string, key: string = 'ca.crt'): CaBundle {
    return CaBundle.kept('CaBundle.fromConfigMap', { kind: 'configMap', name, key });
  }

  private static kept(factory: string, place: BundlePlace): CaBundle {
    checkObjectName(factory, 'the name', place.name, 'client-ca');
    checkDataKey(factory, place.key);
    return new CaBundle({ place });
  }

  private constructor(private readonly source: BundleSource) {}

  /** @internal */
  public get _source(): BundleSource {
    return this.source;
  }
}
