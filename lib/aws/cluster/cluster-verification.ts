import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { refuseSecondVerification, VERIFICATION_ID } from '../../cluster/verification';
import { badInput } from '../../input/input';
import { ListenerPurpose, Posture, SecretPurpose } from '../../posture';
import { NodeSecurityGroup } from '../access/node-security-group';
import { QdrantNode } from '../node/node';
import { Verification } from '../node/verification';
import { VerifyAfterApplyProps } from '../node/verification-options';
import { ClusterKeys } from '../secrets/api-keys';
import { AwsClusterDescription } from './cluster-description';
import { AT_NODES } from './cluster-posture';

/** What a cluster has that is to be verified. */
export interface VerifiableCluster extends AwsClusterDescription {
  readonly keys: ClusterKeys;
  readonly posture: Posture;
  readonly nodes: QdrantNode[];
  readonly roleName: string;
  readonly securityGroup: NodeSecurityGroup;
  /** What the last node has served by. */
  readonly serving: ITerraformDependable[];
}

/** Has a cluster verified after each apply that changes it, and lets its nodes be clients of each other. */
export function addVerification(cluster: Construct, props: VerifyAfterApplyProps, given: VerifiableCluster): void {
  const { grpc, guard, keys, posture, securityGroup, serving } = given;
  refuseSecondVerification(cluster);
  if (guard) requireCertificate(cluster, props);
  const rules = grpc ? securityGroup.allowGrpcAmongNodes() : [];
  new Verification(cluster, VERIFICATION_ID, props, {
    ...given,
    cluster,
    hasReadOnlyKey: keys.readOnly !== undefined,
    after: [...serving, ...rules],
  });
  posture.listeners
    .filter(({ at, purpose, behindGuard }) => at === AT_NODES && purpose === ListenerPurpose.GRPC && !behindGuard)
    .forEach((listener) => listener.addSource({ name: `the ${AT_NODES}`, nodes: true }));
  const purpose = keys.readOnly ? SecretPurpose.READ_ONLY_API_KEY : SecretPurpose.ADMIN_API_KEY;
  posture._addReader(purpose, 'the program that verifies the cluster after an apply, on its last node');
}

/** Nothing of the library issues certificates to clients here, and that of a node is the node's alone. */
function requireCertificate(cluster: Construct, props: VerifyAfterApplyProps): void {
  if (props?.clientCertificateSecret !== undefined) return;
  throw badInput(cluster, {
    given: 'verifyAfterApply without a client certificate, of a cluster that requires one',
    allowed: 'the secret of a certificate that the cluster accepts',
    instead: 'clientCertificateSecret: Secret.fromArn(secret.arn)',
  });
}
