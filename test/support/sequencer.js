// The order of test files: the longest first, so that no worker has them alone at the end; those that need what is being built beside them come late.
const { default: Sequencer } = require('@jest/test-sequencer');

const LONGEST = [
  'integration/node/',
  'integration/change-safety',
  'integration/kubernetes/',
  'integration/apply',
  'integration/removal',
];
const place = ({ path }) => {
  const index = LONGEST.findIndex((part) => path.includes(part));
  return index < 0 ? LONGEST.length : index;
};

module.exports = class extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((one, other) => place(one) - place(other));
  }
};
