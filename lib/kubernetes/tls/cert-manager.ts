import { Manifest } from '@cdktf/provider-kubernetes/lib/manifest';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';

/** An object of cert-manager. */
export interface CertManagerObjectProps {
  readonly kind: 'Certificate' | 'Issuer';
  readonly name: string;
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  readonly spec: object;
  /** What has to be there before it is. */
  readonly after?: ITerraformDependable[];
}

/** An object of cert-manager, which Terraform waits for. @see https://cert-manager.io/docs/reference/api-docs/ */
export function certManagerObject(scope: Construct, id: string, props: CertManagerObjectProps): Manifest {
  const { kind, name, namespace, labels, spec, after } = props;
  return new Manifest(scope, id, {
    dependsOn: after,
    manifest: { apiVersion: 'cert-manager.io/v1', kind, metadata: { name, namespace, labels }, spec },
    wait: { condition: [{ type: 'Ready', status: 'True' }] },
  });
}

/** How long a certificate is valid, and that it is renewed when a third of that is left. */
export function validity(days: number): { duration: string; renewBefore: string } {
  return { duration: hours(days * 24), renewBefore: hours(days * 8) };
}

/** As cert-manager writes it itself: otherwise what is asked for would differ from what there is. */
export function hours(count: number): string {
  return `${count}h0m0s`;
}
