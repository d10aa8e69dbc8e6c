import { DifferenceKind } from '../difference';
import { differencesOf } from './helpers';
import { FindingSeverity, Rule } from './rule';

export const imageUndeclared: Rule = {
  id: 'QDR065',
  severity: FindingSeverity.ERROR,
  title: 'What is synthesized runs another image than was declared',
  reason:
    'Settings and checks are those of the version that the cluster was told; whatever else an image holds has its data and its keys.',
  fix: 'name it by the option image or guardImage (machineImage for machines), or remove the override.',
  source: 'https://github.com/cdktf-qdrant/cdktf-qdrant/blob/main/docs/guides/judge-resources.md',
  check: (facts) => differencesOf(facts, DifferenceKind.IMAGE),
};
