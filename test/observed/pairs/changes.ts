import { Pair } from './pair';
import { Objects, pods } from './pods';

export const account = { kind: 'ServiceAccount', name: 'default', namespace: 'default' };
export const bound = (subject: object, rules: object[]) => [
  { kind: 'Role', metadata: { name: 'more' }, rules },
  {
    kind: 'RoleBinding',
    metadata: { name: 'more' },
    roleRef: { kind: 'Role', name: 'more' },
    subjects: [subject],
  },
];
export const secrets = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }];
export const keyOf = (name: string, value: string) => ({ name: `QDRANT__SERVICE__${name}`, value });
export const pair = (
  rule: string,
  [fires, change, more]: [string, (it: Objects) => void, object[]?],
  [silent, other, others]: [string, (it: Objects) => void, object[]?],
  rest: Partial<Pair> = {},
): Pair => ({ rule, fires, silent, bad: () => pods(change, more), good: () => pods(other, others), ...rest });
export const nothing = () => {};
