import { RoleBindingV1 } from '@cdktf/provider-kubernetes/lib/role-binding-v1';
import { RoleV1 } from '@cdktf/provider-kubernetes/lib/role-v1';
import { Construct } from 'constructs';
import { declareReader } from '../../posture/declarations';
import { literalText } from '../../terraform/literal-text';
import { Grantee } from './grantee';
import { BundlePlace } from '../tls/ca-bundle';

const RBAC = 'rbac.authorization.k8s.io';

/** @internal */
export interface GrantProps {
  readonly namespace: string;
  readonly name: string;
  readonly labels: { [name: string]: string };
  /** The names of the Secrets that may be read. */
  readonly secrets: string[];
  readonly bundles: BundlePlace[];
}

/** A grant of permissions to a grantee. */
export class Grant extends Construct {
  /** The grantee. */
  public readonly grantee: Grantee;

  /** The names of the Secrets that the grantee can read. */
  public readonly secretNames: string[];

  /** @internal */
  public static _create(scope: Construct, id: string, grantee: Grantee, props: GrantProps): Grant {
    return new Grant(scope, id, grantee, props);
  }

  private constructor(scope: Construct, id: string, grantee: Grantee, props: GrantProps) {
    super(scope, id);
    this.grantee = grantee;
    const named = (kind: BundlePlace['kind']) => props.bundles.filter((bundle) => bundle.kind === kind).map(({ name }) => name);
    this.secretNames = [...new Set([...props.secrets, ...named('secret')])];
    const rules = [
      { resources: ['secrets'], resourceNames: this.secretNames },
      { resources: ['configmaps'], resourceNames: named('configMap') },
    ].filter(({ resourceNames }) => resourceNames.length > 0);

    declareReader({
      scope: this,
      reader: { namespace: props.namespace, subject: grantee._subject },
      secrets: this.secretNames,
    });
    const metadata = { name: props.name, namespace: props.namespace, labels: props.labels };
    const role = new RoleV1(this, 'Role', {
      metadata,
      rule: rules.map((rule) => ({ apiGroups: [''], verbs: ['get'], ...rule })),
    });
    const { kind, name, namespace } = grantee._subject;
    new RoleBindingV1(this, 'Binding', {
      metadata,
      // The name as it is known here: where the provider keeps it among a resource's attributes differs from release to release.
      roleRef: { apiGroup: RBAC, kind: 'Role', name: props.name },
      // A service account is of no API group.
      subject: [{ kind, name: literalText(name), namespace, apiGroup: kind === 'ServiceAccount' ? undefined : RBAC }],
      dependsOn: [role],
    });
  }
}
