import { Construct } from 'constructs';
import { badInput, isUnknown, shown } from '../input/input';
import { withinRanges } from '../input/cidr';
import { withOrigins } from '../observed/construct-tree';
import { displayed } from '../observed/resources';
import { ExposureSource } from './exposed-cluster';

/** A source as a test writes it: a text as the report has it, or whatever has such a name, as `aws.Peer` and `kubernetes.Peer` do. */
export type AllowedSource = string | { readonly name: string };

/** Sources in the one way to write them. */
export function namesOf(option: string, sources: readonly AllowedSource[]): string[] {
  return sources.map((source) => {
    const name: unknown = typeof source === 'string' ? source : source?.name;
    if (typeof name === 'string' && name.trim() !== '') return normal(resolved(name));
    throw badInput('toExposeOnly', {
      given: `${option} has ${name === '' ? 'an empty text' : shown(source)}`,
      allowed: 'texts as the report has them, and peers',
      instead: `${option}: ['10.20.0.0/16'], or [aws.Peer.ipv4('10.20.0.0/16')]`,
    });
  });
}

/** Whether all of a source is among those that are allowed. */
export function isAllowed(source: Pick<ExposureSource, 'name' | 'address'>, allowed: string[]): boolean {
  const name = normal(source.name);
  if (GROUP.test(name)) return isAllowedGroup(name, source.address, allowed);
  return allowed.includes(name) || withinRanges(allowed)(name) || allowed.some((other) => isPodsOf(name, other));
}

/** A group of the stack that refers to it is named without the stack. A stack that is read alone has no name. */
function isAllowedGroup(name: string, referredBy: string, allowed: string[]): boolean {
  const [, stack] = /^(\S+): /.exec(referredBy) ?? [];
  if (stack === undefined) return allowed.some((other) => other.replace(/^\S+: /, '') === name);
  return allowed.includes(name) || allowed.includes(`${stack}: ${name}`);
}

/** Some pods of namespaces, where all of these may connect. */
function isPodsOf(name: string, namespaces: string): boolean {
  return /^(namespaces? |every namespace$)/.test(namespaces) && name.startsWith('pods ') && name.endsWith(` of ${namespaces}`);
}

/** What a token refers to, in the words of the report: `group.id` is `STACK: aws_security_group.App.id`. */
function resolved(name: string): string {
  if (!isUnknown(name)) return name;
  const text: string = withOrigins(new Construct(undefined as never, ''), name);
  return displayed(text.replace(/\$\{([^{}]*?)::/, '$1: ${'));
}

/** The address of a security group, after its stack. */
const GROUP = /^(\S+: )?(module\.\S+?\.)?(data\.)?aws_(default_)?security_group\.[\w-]+(\[[^\]]*\])?(\.id)?$/;

/** Labels in one order, and a security group by its address alone: its id is the only thing of it that lets others in. */
function normal(name: string): string {
  if (GROUP.test(name)) return name.replace(/\.id$/, '');
  return name.replace(/^(pods|namespaces) (\S+)/, (_, what, labels) => `${what} ${inOrder(labels)}`);
}

function inOrder(labels: string): string {
  return labels.split(',').sort().join();
}
