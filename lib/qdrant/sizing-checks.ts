import { badInput, isUnknown, requireBooleanIfGiven, requireMembers, requireWholeNumber, shown } from '../input/input';
import { requireInstanceIfGiven } from '../input/nominal';
import { requireOptions } from '../input/options';
import { checkNodeCount } from './node-count';
import { Quantization } from './quantization';
import { VECTOR_SIZING_OPTIONS, VectorSizingProps } from './sizing-props';

const SCOPE = 'Sizing.forVectors';
/** The largest vectors that Qdrant takes. */
const MAX_DIMENSION = 65536;
const MAX_COUNT = 1e12;
/** More than a request may bring, as payloads do not. */
const MAX_PAYLOAD_BYTES = 1e9;

const EXAMPLES: { readonly [option in keyof VectorSizingProps]: number } = {
  ...{ count: 1_000_000, dimension: 1024, nodeCount: 3, replicationFactor: 2 },
  ...{ cachedShare: 0.2, payloadBytes: 500, indexedPayloadBytes: 50 },
};

/** Throws where there can be no such vectors, or their number is not known yet. */
export function checkVectorSizing(props: VectorSizingProps): void {
  if (isUnknown(props)) throw notKnown('the options are', '{ count: 1_000_000, dimension: 1024 }');
  requireOptions(SCOPE, undefined, props, VECTOR_SIZING_OPTIONS);
  requireMembers(SCOPE, props, { count: '1_000_000', dimension: '1024' });
  for (const [option, example] of Object.entries(EXAMPLES)) {
    if (isUnknown(props[option as keyof VectorSizingProps])) throw notKnown(`${option} is`, `${option}: ${example}`);
  }
  if (isUnknown(props.onDisk)) throw notKnown('onDisk is', 'onDisk: true');
  requireBooleanIfGiven(SCOPE, 'onDisk', props.onDisk);
  requireInstanceIfGiven(SCOPE, 'quantization', props.quantization, Quantization, 'Quantization.scalar()');
  checkNodeCount(SCOPE, props.nodeCount);
  checkNumbers(props);
  checkCachedShare(props);
}

function checkNumbers(props: VectorSizingProps): void {
  const { count, dimension, nodeCount = 3, replicationFactor = 1, payloadBytes = 0, indexedPayloadBytes = 0 } = props;
  requireWholeNumber(SCOPE, 'count', count, { min: 1, max: MAX_COUNT, unit: 'vectors', example: EXAMPLES.count });
  requireWholeNumber(SCOPE, 'dimension', dimension, { min: 1, max: MAX_DIMENSION, example: EXAMPLES.dimension });
  requireWholeNumber(SCOPE, 'replicationFactor', replicationFactor, { min: 1, max: nodeCount, unit: 'copies, one a node' });
  requireWholeNumber(SCOPE, 'payloadBytes', payloadBytes, { min: 0, max: MAX_PAYLOAD_BYTES, unit: 'bytes' });
  requireWholeNumber(SCOPE, 'indexedPayloadBytes', indexedPayloadBytes, { min: 0, max: payloadBytes, unit: 'bytes' });
}

function checkCachedShare({ cachedShare, onDisk = false }: VectorSizingProps): void {
  if (cachedShare === undefined) return;
  if (!Number.isFinite(cachedShare) || cachedShare < 0 || cachedShare > 1) {
    throw badInput(SCOPE, {
      given: `cachedShare is ${shown(cachedShare)}`,
      allowed: 'a number from 0 to 1',
      instead: `cachedShare: ${EXAMPLES.cachedShare}`,
    });
  }
  if (onDisk) return;
  throw badInput(SCOPE, {
    given: `cachedShare is ${cachedShare}, and the vectors are not on disk`,
    allowed: 'a share of vectors that are on disk: all others are in memory',
    instead: `onDisk: true, cachedShare: ${cachedShare}`,
  });
}

function notKnown(given: string, instead: string): Error {
  return badInput(SCOPE, {
    given: `${given} known only when Terraform runs`,
    allowed: 'what is known when synthesizing, as sizes of machines and volumes follow from it',
    instead: `${instead}, as large as it is expected to become`,
  });
}
