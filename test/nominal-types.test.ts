import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import * as library from '../lib';
import { ROOT } from './support/programs';

/** Where the declarations that users compile against stand, in memory. */
const DECLARED = join(ROOT, 'declared');
const CHECKED = join(DECLARED, 'checked.ts');

/** What has the members of a class, and went through none of its checks. */
const lookalikes = [
  "const network: aws.ClusterNetwork = { vpcId: 'vpc-1', subnetIds: ['subnet-1'] };",
  'const machine: kubernetes.MachineRequirement = {};',
  "const keys: aws.ApiKeys = { toString: () => 'ApiKeys' };",
];

const madeByFactories = [
  ...classesWithFactories('library', library),
  ...classesWithFactories('aws', library.aws),
  ...classesWithFactories('kubernetes', library.kubernetes),
];

test('TypeScript refuses what only looks like a class that factories make, and what it takes is found', () => {
  const members = madeByFactories.map((name, index) => `const x${index}: ${name} = {} as Pick<${name}, keyof ${name}>;`);
  const taken = "const taken: aws.SubnetsProps = { vpcId: 'a', subnetIds: [] };";
  expect(madeByFactories).toEqual(expect.arrayContaining(['aws.ClusterNetwork', 'kubernetes.Peer', 'library.QdrantVersion']));
  expect(errorsOf([...lookalikes, ...members, taken])).toEqual([
    expect.stringMatching(/^const taken: .*Unused '@ts-expect-error' directive/),
  ]);
});

function classesWithFactories(namespace: string, exported: object): string[] {
  const isFactory = (of: object) => (name: string) => !name.startsWith('_') && typeof (of as any)[name] === 'function';
  return Object.entries(exported)
    .filter(([, value]) => typeof value === 'function' && Object.getOwnPropertyNames(value).some(isFactory(value)))
    .map(([name]) => `${namespace}.${name}`);
}

/** What the compiler has to say of lines that must each be refused. */
function errorsOf(lines: string[]): string[] {
  const files = new Map([...declarations(), [CHECKED, () => checked(lines)]]);
  const options: ts.CompilerOptions = {
    ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, strict: true, noEmit: true },
    ...{ moduleResolution: ts.ModuleResolutionKind.Node10, skipLibCheck: true, types: [] },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.directoryExists = undefined;
  // What providers declare is as large as all else, and makes nothing nominal.
  host.fileExists = (name) => files.has(name) || (fileExists(name) && !name.includes('/@cdktf/provider-'));
  host.getSourceFile = (name, ...rest) =>
    files.has(name) ? ts.createSourceFile(name, files.get(name)!(), ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
  const program = ts.createProgram([CHECKED], options, host);
  const source = program.getSourceFile(CHECKED)!;
  return program.getSemanticDiagnostics(source).map(({ start, messageText }) => {
    const { line } = source.getLineAndCharacterOfPosition(start!);
    return `${source.text.split('\n')[line + 1]}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

function checked(lines: string[]): string {
  const header = "import * as library from './lib/index';\nimport { aws, kubernetes } from './lib/index';\n";
  return `${header}${lines.map((line) => `// @ts-expect-error It went through no check.\n${line}\n`).join('')}`;
}

/** The declarations of the library as they are published: without what is internal. Each is made once it is asked for. */
function declarations(): Array<[string, () => string]> {
  const compilerOptions = { stripInternal: true, declaration: true, target: ts.ScriptTarget.ES2022 };
  return readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .map((file) => {
      const text = () => ts.sys.readFile(join(ROOT, 'lib', file))!;
      const declaration = () => ts.transpileDeclaration(text(), { compilerOptions, fileName: file }).outputText;
      return [join(DECLARED, 'lib', file.replace(/\.ts$/, '.d.ts')), declaration];
    });
}
