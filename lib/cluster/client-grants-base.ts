import { Construct } from 'constructs';
import { badInput } from '../input/input';
import { SecretPurpose } from '../posture';
import { adminKeysOf, KeysIn } from './cluster-keys';

/** A right to read some of a cluster's keys. */
export interface KeyRight<TSecret> {
  readonly name: 'Read' | 'Admin';
  readonly keys: TSecret[];
  /** What the keys are to the posture. */
  readonly purposes: SecretPurpose[];
}

/** Grants what a client of a cluster needs: a key and, where it is kept apart, the CA certificate. */
export abstract class ClientGrantsBase<TGrantee, TGrant, TSecret> {
  protected constructor(
    protected readonly cluster: Construct,
    /** Those of an imported cluster may be unknown. */
    private readonly keys: Partial<KeysIn<TSecret>>,
  ) {}

  public read(grantee: TGrantee): TGrant {
    const { readOnly } = this.keys;
    if (!readOnly) {
      throw badInput(this.cluster, {
        given: 'grantRead, but no read-only key is known',
        allowed: 'a cluster with one',
        instead: 'ApiKeys.generated({ readOnly: true }), or readOnly in fromSecrets, or readOnlyKey in fromClusterAttributes',
      });
    }
    return this.grant({ name: 'Read', keys: [readOnly], purposes: [SecretPurpose.READ_ONLY_API_KEY] }, grantee);
  }

  public admin(grantee: TGrantee): TGrant {
    const { admin, alternate } = this.keys;
    if (!admin) {
      throw badInput(this.cluster, {
        given: 'grantAdmin, but no admin key is known',
        allowed: 'a cluster with one',
        instead: 'adminKey in fromClusterAttributes',
      });
    }
    const purposes = [SecretPurpose.ADMIN_API_KEY, SecretPurpose.ALTERNATE_API_KEY];
    return this.grant({ name: 'Admin', keys: adminKeysOf({ admin, alternate }), purposes }, grantee);
  }

  protected abstract grant(right: KeyRight<TSecret>, grantee: TGrantee): TGrant;
}
