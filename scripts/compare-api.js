// Prints how the public API differs between two assemblies of jsii, where each thing stands in the sources aside: compare-api.js OLD NEW
const { readFileSync } = require('node:fs');

/** What only says where things stand, not what they are. */
const PLACES = ['locationInModule', 'symbolId', 'fingerprint', 'jsiiVersion', 'version'];

/** Each fact of an assembly a line, whose path names things rather than counts them. */
function facts(value, path = []) {
  if (value === null || typeof value !== 'object') return [`${path.join('/')}: ${JSON.stringify(value)}`];
  return Object.entries(value).flatMap(([key, member]) =>
    PLACES.includes(key) ? [] : facts(member, [...path, Array.isArray(value) ? (member?.name ?? key) : key]),
  );
}

const [before, after] = process.argv.slice(2).map((file) => new Set(facts(JSON.parse(readFileSync(file, 'utf8')))));
const lines = [
  ...[...before].filter((fact) => !after.has(fact)).map((fact) => `- ${fact}`),
  ...[...after].filter((fact) => !before.has(fact)).map((fact) => `+ ${fact}`),
];
console.log(lines.join('\n') || `the same: ${after.size} facts`);
process.exitCode = lines.length === 0 ? 0 : 1;
