import { badInput, isUnknown, Place, shown } from '../input';

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const SELECTOR_VALUE = /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;
const SELECTOR_NAME = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const FILE_KEY = /^[-._a-zA-Z0-9]{1,253}$/;

/**
 * Throws unless the name is one that Kubernetes gives to namespaces and services.
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */
export function checkLabelName(place: Place, what: string, name: string, example: string): void {
  if (isUnknown(name) || (typeof name === 'string' && LABEL.test(name))) return;
  throw badInput(place, {
    given: `${what} is "${name}"`,
    allowed: '1 to 63 lower-case letters, digits and hyphens, a letter or digit first and last',
    instead: `for example "${example}"`,
  });
}

/** Throws unless the name is one that Kubernetes gives to most objects. */
export function checkObjectName(place: Place, what: string, name: string, example: string): void {
  if (isUnknown(name) || (typeof name === 'string' && name.length <= 253 && SUBDOMAIN.test(name))) return;
  throw badInput(place, {
    given:
      typeof name === 'string'
        ? `${what} is no name of an object in Kubernetes (not shown, as it may be the secret itself)`
        : `${what} is ${shown(name)}`,
    allowed: 'up to 253 lower-case letters, digits, hyphens and dots, a letter or digit first and last',
    instead: `for example "${example}"`,
  });
}

/** Throws unless the text names a member of a Secret or a ConfigMap. */
export function checkDataKey(place: Place, key: string): void {
  if (isUnknown(key) || (typeof key === 'string' && FILE_KEY.test(key) && !/^\.\.?$/.test(key))) return;
  throw badInput(place, {
    given: 'a key that no Secret or ConfigMap can have (not shown)',
    allowed: 'letters, digits, hyphens, underscores and dots',
    instead: 'for example "api-key"',
  });
}

/**
 * Throws unless the labels can select something: at least one, and each with a name and a value that Kubernetes accepts.
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
 */
export function checkLabels(place: Place, what: string, labels: { [name: string]: string }): void {
  if (isUnknown(labels)) return;
  if (labels === null || typeof labels !== 'object') {
    throw badInput(place, { given: `${what} is ${String(labels)}`, allowed: 'labels', instead: `${what}: { app: 'search' }` });
  }
  if (Object.keys(labels).length === 0) {
    throw badInput(place, {
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
    throw badInput(place, {
      given: `${what} has the label "${name}: ${value}"`,
      allowed:
        'a name, with or without a domain before it, and a value of up to 63 letters, digits, hyphens, underscores and dots',
      instead: `${what}: { 'app.kubernetes.io/name': 'search' }`,
    });
  }
}

function isLabelName(text: string): boolean {
  const [last, domain, ...more] = text.split('/').reverse();
  return more.length === 0 && SELECTOR_NAME.test(last) && (domain === undefined || SUBDOMAIN.test(domain));
}
