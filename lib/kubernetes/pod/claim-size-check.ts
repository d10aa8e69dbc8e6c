import { TerraformElement } from 'cdktf';
import { Construct } from 'constructs';
import { quantityExpression } from './quantity';

export interface ClaimSizeCheckProps {
  readonly namespace: string;
  readonly podLabels: { [name: string]: string };
  /** The size that each claim is meant to have, by the name of its template. */
  readonly sizes: { [template: string]: string };
}

/**
 * Warns, whenever Terraform plans, of claims of another size than the cluster asks for: Kubernetes lets no StatefulSet change the size of its claims, so
 * that they are grown one by one. CDK for Terraform 0.21 has no class for a check.
 *
 * @see https://developer.hashicorp.com/terraform/language/checks
 */
export class ClaimSizeCheck extends TerraformElement {
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: ClaimSizeCheckProps,
  ) {
    super(scope, id, 'check');
  }

  /** @internal */
  public toTerraform(): any {
    const { namespace, podLabels, sizes } = this.props;
    const labelSelector = Object.entries(podLabels).map(([name, value]) => `${name}=${value}`);
    const claims = {
      api_version: 'v1',
      kind: 'PersistentVolumeClaim',
      namespace,
      label_selector: labelSelector.join(','),
    };
    const check = {
      // No two checks of a stack may have data of one name.
      data: { kubernetes_resources: { [this.friendlyUniqueId]: claims } },
      assert: Object.entries(sizes).map(([template, size]) => this.assertion(template, size)),
    };
    return { check: { [this.friendlyUniqueId]: check } };
  }

  private assertion(template: string, size: string) {
    const objects = `data.kubernetes_resources.${this.friendlyUniqueId}.objects`;
    const ofTemplate = `startswith(claim.metadata.name, "${template}-")`;
    const isOther = `${quantityExpression('claim.spec.resources.requests.storage')} != ${quantityExpression(`"${size}"`)}`;
    const others = `[for claim in ${objects} : claim.metadata.name if ${ofTemplate} && ${isOther}]`;
    return {
      condition: `\${length(${others}) == 0}`,
      error_message:
        `These claims have another size than ${size}: \${join(", ", ${others})}. Grow each, where its storage class allows it: ` +
        `kubectl --namespace ${this.props.namespace} patch persistentvolumeclaim NAME ` +
        `--patch '{"spec":{"resources":{"requests":{"storage":"${size}"}}}}'. A claim never shrinks.`,
    };
  }
}
