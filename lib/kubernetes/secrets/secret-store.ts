import { checkObjectName } from '../names/names';

/** An existing secret store of the External Secrets Operator. */
export class SecretStore {
  /** A SecretStore in the cluster's namespace. */
  public static store(name: string): SecretStore {
    checkObjectName('SecretStore.store', 'the name', name, 'vault');
    return new SecretStore({ name, kind: 'SecretStore' });
  }

  /** A ClusterSecretStore, which serves every namespace. */
  public static clusterStore(name: string): SecretStore {
    checkObjectName('SecretStore.clusterStore', 'the name', name, 'vault');
    return new SecretStore({ name, kind: 'ClusterSecretStore' });
  }

  private constructor(private readonly reference: { readonly name: string; readonly kind: string }) {}

  /** As an ExternalSecret names it. @internal */
  public get _reference(): { readonly name: string; readonly kind: string } {
    return this.reference;
  }
}
