import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { Construct } from 'constructs';
import { FOUNDING_MINUTES } from '../../terraform/founding-time';

export interface ClusterConfigMapProps {
  readonly clusterName: string;
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  readonly nodeCount: number;
  readonly turnSeconds: number;
  /** As RFC 3339 writes it. */
  readonly foundingTime: string;
}

/**
 * What the pods are told of their cluster that may change while they run: they see the mounted files change, and none restarts for it. What
 * they must restart for is in the ConfigMap of their programs, which never changes.
 */
export class ClusterConfigMap extends Construct {
  public readonly configMapName: string;
  public readonly configMap: ConfigMapV1;

  public constructor(scope: Construct, id: string, props: ClusterConfigMapProps) {
    super(scope, id);
    const { clusterName, namespace, labels } = props;
    this.configMapName = `${clusterName}-cluster`;
    this.configMap = new ConfigMapV1(this, 'ConfigMap', {
      metadata: { name: this.configMapName, namespace, labels },
      data: {
        'node-count': String(props.nodeCount),
        'turn-seconds': String(props.turnSeconds),
        'founding-time': props.foundingTime,
        'founding-minutes': String(FOUNDING_MINUTES),
      },
    });
  }
}
