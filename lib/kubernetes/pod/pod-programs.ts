import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { Construct } from 'constructs';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { badInput } from '../../input/input';
import { digestOf } from '../../terraform/digest';
import { literalText } from '../../terraform/literal-text';
import { ImmutableConfigMap } from './immutable-config-map';

/** The programs of a pod, and those that know no cloud: each a file. */
const FOLDERS = [join(__dirname, 'files'), join(__dirname, '..', '..', 'cluster', 'programs')];

/** @see https://kubernetes.io/docs/concepts/configuration/configmap/#motivation */
const MAX_BYTES = 1024 * 1024;

export interface PodProgramsProps {
  readonly clusterName: string;
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  readonly version: string;
  /** What the host of each pod ends in. */
  readonly peerDomain: string;
  /** The port on which Qdrant itself serves REST. */
  readonly restPort: number;
  /** The ports that the guard serves; none where there is no guard. */
  readonly guardedPorts: number[];
  /** The ports on which Qdrant itself serves gRPC and metrics. */
  readonly portsBesideRest: number[];
  /** `settings.yaml`; may hold tokens. */
  readonly settings: string;
  /** CA certificates in PEM that are given in the code, by the name of their file. */
  readonly bundles: { [file: string]: string };
}

/** What every pod of a cluster runs. */
export class PodPrograms extends Construct {
  public readonly configMapName: string;
  public readonly configMap: ConfigMapV1;

  public constructor(scope: Construct, id: string, props: PodProgramsProps) {
    super(scope, id);
    const { clusterName, namespace, labels } = props;
    const ofCluster = { 'cluster.env': environment(props), 'settings.yaml': props.settings, ...props.bundles };
    const data = { ...readPrograms(), ...ofCluster };
    this.checkSize(data);
    const digest = digestOf(this, 'Content', [digestOf(this, 'Programs', readPrograms()), ofCluster]);
    const { configMap, configMapName } = new ImmutableConfigMap(this, 'ConfigMap', {
      ...{ name: `${clusterName}-programs`, namespace, labels, data, digest },
    });
    this.configMap = configMap;
    this.configMapName = configMapName;
  }

  private checkSize(data: { [file: string]: string }): void {
    const bytes = Buffer.byteLength(Object.entries(data).flat().join(''));
    if (bytes <= MAX_BYTES) return;
    throw badInput(this.node.scope!, {
      given: `settings and certificates of authorities make a ConfigMap of ${bytes} bytes`,
      allowed: `up to ${MAX_BYTES} bytes, which is what a ConfigMap holds`,
      instead: "CaBundle.fromConfigMap('company-ca') with only the authorities that are needed",
    });
  }
}

/** The same in every cluster, and therefore read once. */
let programs: { [file: string]: string } | undefined;

function readPrograms(): { [file: string]: string } {
  const read = (folder: string, file: string) => literalText(readFileSync(join(folder, file), 'utf8'));
  programs ??= Object.fromEntries(
    FOLDERS.flatMap((folder) =>
      readdirSync(folder)
        .sort()
        .map((file) => [file, read(folder, file)]),
    ),
  );
  return programs;
}

function environment(props: PodProgramsProps): string {
  const values = {
    CLUSTER: props.clusterName,
    VERSION: props.version,
    PEER_DOMAIN: props.peerDomain,
    REST_PORT: props.restPort,
    GUARDED_PORTS: props.guardedPorts.join(' '),
    PORTS_BESIDE_REST: props.portsBesideRest.join(' '),
  };
  return Object.entries(values)
    .map(([name, value]) => `readonly ${name}='${value}'\n`)
    .join('');
}
