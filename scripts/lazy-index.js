// The providers are optional peers: a user of one target must not need the other's. jsii compiles `export * as aws from './aws'` to a
// require at load; this turns it into one at first use. Run after jsii.
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const index = join(__dirname, '..', 'lib', 'index.js');
const eager = /^exports\.(aws|kubernetes) = __importStar\(require\((".*?")\)\);$/gm;
const compiled = readFileSync(index, 'utf8');
const lazy = compiled.replace(
  eager,
  (_, name, path) =>
    `Object.defineProperty(exports, "${name}", { enumerable: true, configurable: true, get: () => require(${path}) });`,
);
if (!/defineProperty\(exports, "aws"/.test(lazy))
  throw new Error(`${index} is not as jsii used to write it: the targets would load eagerly`);
writeFileSync(index, lazy);
