import { badInput, isUnknown, Scope, quoted, requireMap, shown } from '../../input/input';

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const SELECTOR_VALUE = /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;
const SELECTOR_NAME = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const FILE_KEY = /^[-._a-zA-Z0-9]{1,253}$/;

/**
 * Throws unless the name is one that Kubernetes gives to namespaces and services.
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */
export function checkLabelName(scope: Scope, what: string, name: string, example: string): void {
  if (isUnknown(name) || (typeof name === 'string' && LABEL.test(name))) return;
  throw badInput(scope, {
    given: `${what} is ${quoted(name)}`,
    allowed: '1 to 63 lower-case letters, digits and hyphens, a letter or digit first and last',
    instead: `for example "${example}"`,
  });
}

/** Throws unless the name is one that Kubernetes gives to most objects. */
export function checkObjectName(scope: Scope, what: string, name: string, example: string): void {
  if (isUnknown(name) || (typeof name === 'string' && name.length <= 253 && SUBDOMAIN.test(name))) return;
  throw badInput(scope, {
    given:
      typeof name === 'string'
        ? `${what} is no name of an object in Kubernetes (not shown, as it may be the secret itself)`
        : `${what} is ${shown(name)}`,
    allowed: 'up to 253 lower-case letters, digits, hyphens and dots, a letter or digit first and last',
    instead: `for example "${example}"`,
  });
}

/** Throws unless the text names a member of a Secret or a ConfigMap. */
export function checkDataKey(scope: Scope, key: string): void {
  if (isUnknown(key) || (typeof key === 'string' && FILE_KEY.test(key) && !/^\.\.?$/.test(key))) return;
  throw badInput(scope, {
    given: 'a key that no Secret or ConfigMap can have (not shown)',
    allowed: 'letters, digits, hyphens, underscores and dots',
    instead: 'for example "api-key"',
  });
}

/**
 * Throws unless the labels can select something: at least one, and each with a name and a value that Kubernetes accepts.
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
 */
export function checkLabels(scope: Scope, what: string, labels: { [name: string]: string }): void {
  if (isUnknown(labels)) return;
  requireMap(scope, what, labels, "{ app: 'search' }");
  if (Object.keys(labels).length === 0) {
    throw badInput(scope, {
      given: `${what} is empty, which selects everything`,
      allowed: 'at least one label',
      instead: `${what}: { app: 'search' }`,
    });
  }
  for (const [name, value] of Object.entries(labels)) {
    if (
      isUnknown(name) ||
      (isLabelName(name) && (isUnknown(value) || (typeof value === 'string' && SELECTOR_VALUE.test(value))))
    )
      continue;
    throw badInput(scope, {
      given: `${what} has the label "${name}: ${value}"`,
      allowed:
        'a name, with or without a domain before it, and a value of up to 63 letters, digits, hyphens, underscores and dots',
      instead: `${what}: { 'app.kubernetes.io/name': 'search' }`,
    });
  }
}

/** As `checkLabels`, of the labels that an object is given: there may be none. */
export function checkOwnLabels(scope: Scope, what: string, labels: { [name: string]: string } | undefined): void {
  if (labels === undefined || isUnknown(labels)) return;
  requireMap(scope, what, labels, "{ team: 'search' }");
  if (Object.keys(labels).length > 0) checkLabels(scope, what, labels);
}

/** Of all annotations of an object. */
const MAX_ANNOTATION_BYTES = 256 * 1024;

/**
 * Throws unless Kubernetes takes the annotations: each with a name like that of a label and a text.
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/#syntax-and-character-set
 */
export function checkAnnotations(scope: Scope, what: string, annotations: { [name: string]: string } | undefined): void {
  if (annotations === undefined || isUnknown(annotations)) return;
  requireMap(scope, what, annotations, "{ 'sidecar.istio.io/inject': 'false' }");
  const isAnnotation = ([name, value]: [string, string]) =>
    isUnknown(name) || (isLabelName(name.toLowerCase()) && typeof value === 'string');
  const wrong = Object.entries(annotations).find((annotation) => !isAnnotation(annotation));
  if (wrong !== undefined) {
    throw badInput(scope, {
      given: `${what} has the annotation "${wrong[0]}: ${wrong[1]}"`,
      allowed:
        'a name of up to 63 letters, digits, hyphens, underscores and dots, with or without a domain before it, and a text',
      instead: `${what}: { 'sidecar.istio.io/inject': 'false' }`,
    });
  }
  const bytes = Buffer.byteLength(Object.entries(annotations).flat().join(''));
  if (bytes <= MAX_ANNOTATION_BYTES) return;
  throw badInput(scope, {
    given: `${what} are ${bytes} bytes`,
    allowed: `up to ${MAX_ANNOTATION_BYTES} bytes in all`,
    instead: 'fewer or shorter annotations',
  });
}

/** Throws unless the text is a name that labels and taints have. */
export function checkQualifiedName(scope: Scope, what: string, name: string, example: string): void {
  if (isUnknown(name) || (typeof name === 'string' && isLabelName(name))) return;
  throw badInput(scope, {
    given: `${what} is ${quoted(name)}`,
    allowed: 'a name of up to 63 letters, digits, hyphens, underscores and dots, with or without a domain before it',
    instead: `for example "${example}"`,
  });
}

/** Throws unless the text is a value that labels and taints have. */
export function checkLabelValue(scope: Scope, what: string, value: string, example: string): void {
  if (isUnknown(value) || (typeof value === 'string' && SELECTOR_VALUE.test(value))) return;
  throw badInput(scope, {
    given: `${what} is ${quoted(value)}`,
    allowed: 'up to 63 letters, digits, hyphens, underscores and dots, a letter or digit first and last',
    instead: `for example "${example}"`,
  });
}

function isLabelName(text: string): boolean {
  const [last, domain, ...more] = text.split('/').reverse();
  return more.length === 0 && SELECTOR_NAME.test(last) && (domain === undefined || SUBDOMAIN.test(domain));
}
