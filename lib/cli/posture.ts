import { writeFileSync } from 'node:fs';
import { readFiles, UnreadableInput } from '../observed/readers/read';
import { exposedAnew } from '../observed/report/compare';
import { isJudged, ObservedReport, reportOf } from '../observed/report/report';
import { sarifReport } from '../observed/report/sarif';
import { textReport } from '../observed/report/text';
import { FindingSeverity } from '../posture/rules/rule';
import { parsed } from './arguments';
import { CommandContext } from './command-context';
import { UsageError } from './usage-error';

export const POSTURE_HELP = `cdktf-qdrant posture PATH [--json | --sarif] [--svg FILE] [--html FILE] [--compare OLD]

Reads resources, and says who reaches which port of Qdrant, what protects it, who reads its keys, and what is wrong with that. It asks nobody and changes nothing.

PATH is one of
  cdktf.out, or a cdk.tf.json in it      what cdktf synth writes
  plan.json                              terraform show -json PLAN > plan.json
  state.json                             terraform show -json > state.json, or a state itself
  manifests.yaml, or a folder of them    what helm template prints, or any manifests

  --json                                 writes JSON instead of the table
  --sarif                                writes what code scanners take
  --svg FILE                             writes a picture to FILE: who reaches what, who reads which secret, and what is wrong with that
  --html FILE                            writes a page to FILE: the picture, the table, the secrets and the findings
  --compare OLD                          says what is exposed in PATH and was not in OLD, which is read the same way

Exit status: 0 nothing of severity error was found, 1 something was, 2 it could not be read, or no Qdrant was found while something was not read.
With --compare: 1 if something is exposed anew, or is not read that was not there.
`;

const OPTIONS = {
  json: { type: 'boolean' },
  sarif: { type: 'boolean' },
  svg: { type: 'string' },
  html: { type: 'string' },
  compare: { type: 'string' },
  help: { type: 'boolean' },
} as const;

/** Runs the command; the exit status. */
export async function postureCommand(args: string[], context: CommandContext): Promise<number> {
  const { values, positionals } = parsed({ args, options: OPTIONS, allowPositionals: true });
  if (values.help) {
    context.out(POSTURE_HELP);
    return 0;
  }
  if (positionals.length !== 1) throw new UsageError('give one PATH: cdktf-qdrant posture cdktf.out');
  if (values.json && values.sarif) throw new UsageError('give one of --json and --sarif');
  if (values.sarif && values.compare !== undefined) throw new UsageError('give one of --sarif and --compare');
  if ((values.svg ?? values.html) !== undefined && values.compare !== undefined)
    throw new UsageError('give --svg and --html without --compare');
  const [path] = positionals;
  const report = read(path);
  if (values.compare !== undefined) return compare(read(values.compare), report, values.json ?? false, context);
  await draw(report, values);
  if (values.sarif) context.out(sarifReport(report, path, isJudged(report)));
  else context.out(values.json ? json(report) : textReport(report));
  const errors = report.clusters
    .flatMap(({ findings }) => findings)
    .filter(({ severity }) => severity === FindingSeverity.ERROR);
  return errors.length > 0 ? 1 : withoutFindings(report, context);
}

/** Pictures are made by what takes a while to load: nobody else waits for it. */
async function draw(report: ObservedReport, { svg, html }: { svg?: string; html?: string }): Promise<void> {
  if (svg !== undefined) write(svg, await drawnBy(async () => (await import('../observed/report/svg')).svgReport(report)));
  if (html !== undefined) write(html, await drawnBy(async () => (await import('../observed/report/html')).htmlReport(report)));
}

async function drawnBy(make: () => Promise<string>): Promise<string> {
  const { LayoutMissing } = await import('../observed/report/layout');
  try {
    return await make();
  } catch (error) {
    if (error instanceof LayoutMissing) throw new UsageError(error.message);
    throw error;
  }
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(`${path} could not be written: ${(error as Error).message}`);
  }
}

/** Where no Qdrant was found, and it may be in what was not read, silence would pass for safety. */
function withoutFindings(report: ObservedReport, { err }: CommandContext): number {
  if (isJudged(report)) return 0;
  err('error: nothing was judged: no Qdrant was found, and it may be in what was not read\n');
  return 2;
}

function compare(before: ObservedReport, after: ObservedReport, asJson: boolean, context: CommandContext): number {
  const anew = exposedAnew(before, after);
  const text =
    anew.length === 0 ? 'Nothing is exposed anew.\n' : `Exposed anew\n${anew.map((line) => `  - ${line}\n`).join('')}`;
  context.out(asJson ? json({ exposedAnew: anew }) : text);
  return anew.length > 0 ? 1 : withoutFindings(after, context);
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function read(path: string): ObservedReport {
  try {
    const { resources } = readFiles(path);
    // Nothing read is nothing judged.
    if (resources.all.length === 0) throw new UnreadableInput(`${path} holds no resources`);
    return reportOf(resources);
  } catch (error) {
    if (error instanceof UnreadableInput) throw new UsageError(error.message);
    // Files of others have every form.
    throw new UsageError(
      `${path} could not be read, as something in it has not the form that is expected: ${(error as Error).message}`,
    );
  }
}
