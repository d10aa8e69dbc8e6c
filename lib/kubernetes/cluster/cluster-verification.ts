import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { refuseSecondVerification, VERIFICATION_ID } from '../../cluster/verification';
import { badInput } from '../../input/input';
import { Posture, SecretPurpose } from '../../posture';
import { Connections } from '../access/connections';
import { Peer } from '../access/peer';
import { Verification, verifierLabels, VerifiedCluster } from '../pod/verification';
import { VerifyAfterApplyProps } from '../pod/verification-options';
import { ClusterKeys } from '../secrets/api-keys';
import { placeOfCa } from '../tls/ca-bundle';
import { ClientCertificate } from '../tls/client-certificate';
import { ClusterTls } from '../tls/tls';
import { KubernetesClusterDescription } from './cluster-description';

// Certificates that users issue have their ids in the same place.
const CERTIFICATE_ID = `${VERIFICATION_ID}Client`;

/** What a cluster has that is to be verified. */
export interface VerifiableCluster
  extends KubernetesClusterDescription,
    Pick<VerifiedCluster, 'imagePullSecretNames' | 'placement'> {
  readonly certificates: ClusterTls;
  readonly keys: ClusterKeys;
  readonly connections: Connections;
  readonly posture: Posture;
  /** Undefined where the rollout is not waited for. */
  readonly rollout?: ITerraformDependable;
  readonly issueClientCertificate: (id: string) => ClientCertificate;
}

/** Has a cluster verified after each apply that changes it, and lets the pod that does so in as a client. */
export function addVerification(cluster: Construct, props: VerifyAfterApplyProps, given: VerifiableCluster): void {
  const { clusterName, keys, certificates, grpc, connections, posture } = given;
  refuseSecondVerification(cluster);
  const { readOnly, admin } = keys;
  new Verification(cluster, VERIFICATION_ID, props, {
    ...given,
    cluster,
    hosts: given.names.nodeHosts,
    key: readOnly ? { option: 'read-only-key-file', secret: readOnly } : { option: 'api-key-file', secret: admin },
    ca: placeOfCa({ ...certificates, tlsSecretName: certificates.secretName }),
    clientCertificateSecretName: props?.clientCertificateSecretName ?? certificateFor(cluster, given),
    rollout: requireRollout(cluster, given),
  });
  const verifier = Peer.pods({ labels: verifierLabels(clusterName) });
  connections.allowRestFrom(verifier);
  if (grpc) connections.allowGrpcFrom(verifier);
  const purpose = readOnly ? SecretPurpose.READ_ONLY_API_KEY : SecretPurpose.ADMIN_API_KEY;
  posture._addReader(purpose, 'the pod that verifies the cluster after an apply');
}

/** Before all nodes serve, nothing is proved of them. */
function requireRollout(cluster: Construct, { rollout }: VerifiableCluster): ITerraformDependable {
  if (rollout) return rollout;
  throw badInput(cluster, {
    given: 'verifyAfterApply of a cluster whose rollout is not waited for',
    allowed: 'a cluster of which every node serves when the apply verifies it',
    instead: 'rollingUpdate: { waitForRollout: true }, or leave it out',
  });
}

/** A certificate of the cluster's own issuer, where it is that whose clients are let in. */
function certificateFor(cluster: Construct, given: VerifiableCluster): string | undefined {
  if (!given.guard) return undefined;
  if (given.clientCas.length === 0 && given.certificates.issuer) return given.issueClientCertificate(CERTIFICATE_ID).secretName;
  throw badInput(cluster, {
    given: 'verifyAfterApply without a client certificate, of a cluster that asks for one which its own issuer does not issue',
    allowed: 'the Secret of a certificate that the cluster accepts',
    instead: "clientCertificateSecretName: 'verify-client'",
  });
}
