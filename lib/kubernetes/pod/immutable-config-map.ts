import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { Construct } from 'constructs';
import { isUnknown } from '../../input/input';
import { generationOf } from '../../terraform/generation';

export interface ImmutableConfigMapProps {
  /** What its name begins with. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  readonly data: { [file: string]: string };
  /** Another text for other data. */
  readonly digest: string;
}

/**
 * A ConfigMap that never changes: other data are another one, whose name says so, so that pods which are not yet rolled keep what they were made with.
 *
 * They are another resource, too. Where an apply fails before all pods are rolled, that of before stays in Terraform's state, and who takes the change back has
 * it again. Data that Terraform alone knows cannot be told apart by the resource; the name is then another one each time.
 */
export class ImmutableConfigMap extends Construct {
  public readonly configMap: ConfigMapV1;
  /** The name that pods mount it by. */
  public readonly configMapName: string;

  public constructor(scope: Construct, id: string, { name, namespace, labels, data, digest }: ImmutableConfigMapProps) {
    super(scope, id);
    const isKnown = !isUnknown(digest);
    this.configMapName = [name, digest, ...(isKnown ? [] : [generationOf(this, 'Generation', digest)])].join('-');
    this.configMap = new ConfigMapV1(this, isKnown ? digest : 'Resource', {
      metadata: { name: this.configMapName, namespace, labels },
      data,
      immutable: true,
      lifecycle: { createBeforeDestroy: true },
    });
  }
}
