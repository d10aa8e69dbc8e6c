import { isIP } from 'node:net';
import { Construct } from 'constructs';
import { badInput, isUnknown, requireBooleanIfGiven, requireListIfGiven, requireWholeNumber } from '../input/input';
import { requireInstance, requireInstanceIfGiven } from '../input/nominal';
import { checkNodeCount, MAX_NODES } from './node-count';
import { QdrantPorts } from './ports';
import { QdrantServerProps } from './server-props';
import { Sizing } from './sizing';
import { QdrantVersion } from './version';

const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const DNS_NAME = new RegExp(`^${LABEL}(\\.${LABEL})*$`);

/**
 * A reference of an image: nothing in it can be taken for an option of the program that pulls it.
 * @see https://pkg.go.dev/github.com/distribution/reference
 */
const HOST = '[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]+)?/';
const COMPONENT = '[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*';
const IMAGE = new RegExp(
  `^(${HOST})?${COMPONENT}(/${COMPONENT})*(:(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(@(?<digest>sha256:[0-9a-f]{64}))?$`,
);

/** What is checked of a cluster, wherever it runs. */
export interface CheckedServer extends QdrantServerProps {
  readonly version: QdrantVersion;
  readonly image?: string;
  readonly hostNames?: string[];
  readonly hasAlternateKey: boolean;
}

/** Throws where the server cannot be as it is asked for. */
export function checkServer(cluster: Construct, props: CheckedServer): void {
  requireInstance(cluster, 'version', props.version, QdrantVersion, "QdrantVersion.of('1.19.0')");
  requireInstanceIfGiven(cluster, 'upgradingFrom', props.upgradingFrom, QdrantVersion, "QdrantVersion.of('1.18.3')");
  checkNodeCount(cluster, props.nodeCount);
  requireInstanceIfGiven(cluster, 'sizing', props.sizing, Sizing, 'Sizing.forVectors({ count: 1_000_000, dimension: 1024 })');
  requireBooleanIfGiven(cluster, 'grpc', props.grpc);
  if (props.foundingGeneration !== undefined) {
    requireWholeNumber(cluster, 'foundingGeneration', props.foundingGeneration, { min: 1, max: 1_000_000 });
  }
  checkUpgrade(cluster, props.version, props.upgradingFrom);
  if (props.image !== undefined) {
    checkImage(cluster, 'image', props.image, QdrantVersion.DEFAULT.unprivilegedImage);
    checkRelease(cluster, props.image, props.version);
    checkUnprivileged(cluster, props.image, props.version);
  }
  if (props.metricsPort !== undefined) {
    checkServesMetrics(cluster, props.version);
    checkMetricsPort(cluster, props.metricsPort);
  }
  checkAlternateKey(cluster, props.hasAlternateKey, props.version);
  checkHostNames(cluster, props.hostNames);
}

/** Throws unless the name is one that DNS has, and that a certificate may carry without carrying anything else along. */
export function checkHostName(cluster: Construct, option: string, name: string, example: string): void {
  if (isUnknown(name) || (typeof name === 'string' && name.length <= 253 && DNS_NAME.test(name))) return;
  throw badInput(cluster, {
    given: `${option} has ${JSON.stringify(name)}`,
    allowed: 'a DNS name: labels of lower-case letters, digits and hyphens, joined by dots',
    instead: `for example "${example}"`,
  });
}

/**
 * Throws where an image could change under a running cluster.
 *
 * @param option the option that named it
 * @param example an image that is accepted
 */
export function checkImage(cluster: Construct, option: string, image: string, example: string): void {
  if (isUnknown(image)) return;
  const parts = IMAGE.exec(image)?.groups;
  const { tag, digest } = parts ?? {};
  if (digest !== undefined || (tag !== undefined && /\d/.test(tag) && !tag.startsWith('latest'))) return;
  throw badInput(cluster, {
    given: parts ? `${option} "${image}" names no version` : `${option} "${image}" is no reference of an image`,
    allowed: 'a tag with a version, or a digest; "latest" would change under a running cluster',
    instead: `${option}: "${example}", or REGISTRY/NAME@sha256:DIGEST`,
  });
}

/** The number of a release in a tag: at its begin, or behind words (`qdrant-v1.19.0`). Parts with a leading zero are of dates. */
const RELEASE = /(?<=^v?|[a-z][-_.]v?|[-_]v)(0|[1-9]\d{0,2})(\.(0|[1-9]\d*)){1,2}(?![\d.])/gi;

/**
 * Throws where the tag of an image names another release than the cluster's: nodes judge by the release whether they can serve their data, and which
 * settings it knows. A tag that begins with a year, and a digest, tell nothing of it.
 */
function checkRelease(cluster: Construct, image: string, version: QdrantVersion): void {
  if (isUnknown(image) || isUnknown(version.version)) return;
  const { tag = '' } = IMAGE.exec(image)?.groups ?? {};
  const all = [...tag.matchAll(RELEASE)];
  // Behind words there may be the numbers of other things too, as of a driver.
  const candidates = all.some(({ index }) => index <= 1) ? all.slice(0, 1) : all;
  const [named] = candidates.map(([number]) => number);
  if (named === undefined || candidates.some(([number]) => `${version}.`.startsWith(`${number}.`))) return;
  throw badInput(cluster, {
    given: `image "${image}" is of release ${named}, and version is ${version}`,
    allowed: 'an image of the release that version names',
    instead: /^\d+\.\d+\.\d+$/.test(named)
      ? `version: QdrantVersion.of('${named}'), or an image of ${version}`
      : `an image of ${version}`,
  });
}

/** Throws where the image is the official one that runs as root: nodes run none as root, and it cannot write where it must as anyone else. */
function checkUnprivileged(cluster: Construct, image: string, version: QdrantVersion): void {
  const isOfficial =
    !isUnknown(image) && /^((index\.|registry-1\.)?docker\.io\/)?qdrant\/qdrant:(?!.*unprivileged)/.test(image);
  if (!isOfficial) return;
  throw badInput(cluster, {
    given: `image "${image}" runs as root`,
    allowed: 'an image that runs as another user: of the official ones, those whose tag ends in -unprivileged',
    instead: `image: "${version.unprivilegedImage}"`,
  });
}

/** Throws unless the number is that of a node that a cluster could have. */
export function checkNodeIndex(cluster: Construct, index: number, nodeCount: number): void {
  if (Number.isInteger(index) && index >= 0 && index < MAX_NODES) return;
  throw badInput(cluster, {
    given: `unprotectNode(${index})`,
    allowed: `the number of a node, from 0 to ${MAX_NODES - 1}`,
    instead: `unprotectNode(${nodeCount - 1})`,
  });
}

function checkUpgrade(cluster: Construct, version: QdrantVersion, from?: QdrantVersion): void {
  if (!from || from.canUpgradeTo(version)) return;
  throw badInput(cluster, {
    given: `an upgrade from Qdrant ${from} to ${version}`,
    allowed: 'the same minor release, or the one after it; never back',
    instead: 'one minor release after the other, each applied to the whole cluster',
  });
}

function checkHostNames(cluster: Construct, names: string[] = []): void {
  requireListIfGiven(cluster, 'hostNames', names);
  for (const name of names) {
    if (!isAddress(name)) checkHostName(cluster, 'hostNames', name, 'vectors.example.com');
  }
}

/** An address has no zone of a link (`fe80::1%eth0`): it says nothing elsewhere, and may be any text. */
function isAddress(name: string): boolean {
  return typeof name === 'string' && isIP(name) !== 0 && !name.includes('%');
}

function checkServesMetrics(cluster: Construct, version: QdrantVersion): void {
  if (version.isAtLeast('1.17.0')) return;
  throw badInput(cluster, {
    given: `metricsPort with Qdrant ${version}`,
    allowed: 'Qdrant 1.17.0 and later',
    instead: 'scrape /metrics on the REST port with the read-only key',
  });
}

/** Throws unless the port is free for metrics, of a cluster that is created or imported. */
export function checkMetricsPort(cluster: Construct, port: number): void {
  requireWholeNumber(cluster, 'metricsPort', port, { min: 1024, max: 65535 });
  const taken = QdrantPorts._taken;
  if (!taken.includes(port)) return;
  throw badInput(cluster, {
    given: `metricsPort is ${port}, which serves something else`,
    allowed: `a port other than ${taken.join(', ')}`,
    instead: 'metricsPort: 9153',
  });
}

function checkAlternateKey(cluster: Construct, hasAlternateKey: boolean, version: QdrantVersion): void {
  if (!hasAlternateKey || version.isAtLeast('1.17.0')) return;
  throw badInput(cluster, {
    given: `an alternate API key with Qdrant ${version}`,
    allowed: 'Qdrant 1.17.0 and later',
    instead: 'upgrade first, then rotate the key',
  });
}
