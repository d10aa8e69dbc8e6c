import { exposureRules } from './exposure';
import { placementRules } from './placement';
import { Rule } from './rule';
import { secretRules } from './secrets';
import { serverRules } from './server';
import { transportRules } from './transport';

/** Every rule, in the order of their ids. */
export const rules: Rule[] = [...exposureRules, ...transportRules, ...serverRules, ...secretRules, ...placementRules];
