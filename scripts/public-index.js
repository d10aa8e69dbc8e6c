// Writes what the package exports at run time, by what jsii found to be public: `export *`, which jsii needs, exports internal functions too. Run
// after jsii.
//
// The providers are optional peers: a user of one target must not need the other's. So the targets are loaded at first use. All is written in the
// forms from which Node's lexer learns what an ES module may import.
const { readFileSync, writeFileSync } = require('node:fs');
const { dirname, join, relative } = require('node:path');

const ROOT = join(__dirname, '..');
const TARGETS = ['aws', 'kubernetes'];

const { types } = JSON.parse(readFileSync(join(ROOT, '.jsii'), 'utf8'));

/** The classes and enums of a namespace; interfaces are nothing at run time. */
function publicNames(namespace) {
  return Object.values(types).filter((type) => type.namespace === namespace && type.kind !== 'interface');
}

function writeIndex(index, namespace, more = []) {
  const found = publicNames(namespace).map(({ name, symbolId }) => {
    const file = `./${relative(dirname(index), symbolId.split(':')[0])}`;
    return { name, file, module: file.replace(/\W+/g, '_') };
  });
  if (found.length === 0) throw new Error(`jsii found nothing public for ${index}`);
  const lines = [
    '"use strict";',
    'Object.defineProperty(exports, "__esModule", { value: true });',
    ...new Set(found.map(({ file, module }) => `const ${module} = require("${file}");`)),
    ...found.map(
      ({ name, module }) =>
        `Object.defineProperty(exports, "${name}", { enumerable: true, get: function () { return ${module}.${name}; } });`,
    ),
    ...more,
  ];
  writeFileSync(join(ROOT, index), `${lines.join('\n')}\n`);
}

TARGETS.forEach((target) => writeIndex(`lib/${target}/index.js`, target));
writeIndex('lib/index.js', undefined, [
  'const { lazyModule } = require("./lazy-module");',
  ...TARGETS.map((target) => `exports.${target} = lazyModule(() => require("./${target}"), "@cdktf/provider-${target}");`),
]);
