// Compares the public API with docs/api.txt, and prints what differs: api.js [--write]. A change of the API is so seen where it is reviewed, and none
// happens by accident.
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');
const PAGE = join(ROOT, 'docs/api.txt');
const assembly = JSON.parse(readFileSync(join(ROOT, '.jsii'), 'utf8'));

const nameOf = (fqn) => fqn.replace(new RegExp(`^${assembly.name}\\.`), '');

function typeOf({ type, optional } = {}) {
  if (type === undefined) return 'void';
  const named = (one) => {
    if (one.fqn) return nameOf(one.fqn);
    if (one.primitive) return one.primitive;
    if (one.union) return one.union.types.map(named).join(' | ');
    const { kind, elementtype } = one.collection;
    return kind === 'array' ? `${named(elementtype)}[]` : `{ [name: string]: ${named(elementtype)} }`;
  };
  return optional ? `${named(type)} | undefined` : named(type);
}

const parametersOf = ({ parameters = [] }) =>
  parameters
    .map(({ name, type, optional, variadic }) => `${variadic ? '...' : ''}${name}${optional ? '?' : ''}: ${typeOf({ type })}`)
    .join(', ');

function membersOf({ kind, initializer, properties = [], methods = [], members = [] }) {
  const isInterface = kind === 'interface';
  const words = (member) => [
    ...[member.protected && 'protected', member.static && 'static', member.abstract && !isInterface && 'abstract'],
    ...[member.const ? 'const' : member.immutable && 'readonly'],
  ];
  const line = (member, text) => [...words(member).filter(Boolean), text].join(' ');
  return [
    ...(initializer && !initializer.protected ? [`new (${parametersOf(initializer)})`] : []),
    ...properties.map((one) => line(one, `${one.name}${one.optional ? '?' : ''}: ${typeOf({ type: one.type })}`)),
    ...methods.map((one) => line(one, `${one.name}(${parametersOf(one)}): ${typeOf(one.returns)}`)),
    ...members.map(({ name }) => name),
  ].sort();
}

function describe(type) {
  const { kind, fqn, base, interfaces = [], abstract, docs } = type;
  const above = [...(base ? [base] : []), ...interfaces].map(nameOf);
  const words = [
    ...(docs?.deprecated ? ['deprecated'] : []),
    ...(abstract && kind === 'class' ? ['abstract'] : []),
    kind,
    nameOf(fqn),
  ];
  return [
    `${words.join(' ')}${above.length > 0 ? ` < ${above.join(', ')}` : ''}`,
    ...membersOf(type).map((member) => `  ${member}`),
    '',
  ];
}

const now = Object.keys(assembly.types)
  .sort()
  .flatMap((fqn) => describe(assembly.types[fqn]))
  .join('\n');

if (process.argv[2] === '--write') {
  writeFileSync(PAGE, now);
} else {
  /** Each line with the type that it is a member of. */
  const facts = (text) => {
    let type;
    return text.split('\n').flatMap((line) => {
      if (!line.startsWith('  ')) type = line;
      return line === '' ? [] : [line === type ? line : `${type.replace(/ <.*/, '')}: ${line.trim()}`];
    });
  };
  const [before, after] = [readFileSync(PAGE, 'utf8'), now].map((text) => new Set(facts(text)));
  const differences = [
    ...[...before].filter((fact) => !after.has(fact)).map((fact) => `- ${fact}`),
    ...[...after].filter((fact) => !before.has(fact)).map((fact) => `+ ${fact}`),
  ];
  if (differences.length > 0) {
    console.error(
      `The public API is not what docs/api.txt says. If it is meant to change: npm run api -- --write\n${differences.join('\n')}`,
    );
    process.exitCode = 1;
  }
}
