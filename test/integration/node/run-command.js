// What Systems Manager's agent does on a node: runs a document's script there, and ends as the script ends.
//   run-command.js REGISTRY API INSTANCE DOCUMENT PARAMETERS
// REGISTRY is a folder with a file for each instance that runs, which holds the process of its init; where there is a file INSTANCE.agent-away, it
// holds for how many seconds the agent is away when it is asked the next time.
const { spawnSync } = require('node:child_process');
const { appendFileSync, existsSync, readFileSync, rmSync } = require('node:fs');
const { join } = require('node:path');

const [registry, api, instance, documentName, parametersJson] = process.argv.slice(2);
const file = join(registry, instance);

async function getDocument() {
  const response = await fetch(api, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonSSM.GetDocument',
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/ssm/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify({ Name: documentName, DocumentFormat: 'JSON' }),
  });
  return JSON.parse((await response.json()).Content);
}

async function main() {
  for (let waited = 0; !existsSync(file); waited++) {
    if (waited > 1200) throw new Error(`${instance} does not run`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const away = `${file}.agent-away`;
  if (existsSync(away)) {
    await new Promise((resolve) => setTimeout(resolve, Number(readFileSync(away, 'utf8')) * 1000));
    rmSync(away);
  }
  const document = await getDocument();
  const defaults = Object.entries(document.parameters ?? {}).map(([name, { default: value }]) => [name, value]);
  const given = Object.entries(JSON.parse(parametersJson)).map(([name, value]) => [name, [].concat(value)[0]]);
  let script = document.mainSteps[0].inputs.runCommand.join('\n');
  for (const [name, value] of [...given, ...defaults]) script = script.replaceAll(`{{ ${name} }}`, value);
  const command = 'f=$(mktemp) && cat >"$f" && chmod 700 "$f" && sh -c "$f"; code=$?; rm -f "$f"; exit $code';
  const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
  const result = spawnSync(
    'nsenter',
    ['-t', readFileSync(file, 'utf8').trim(), '--all', '--', '/bin/bash', '--norc', '-c', command],
    {
      input: script,
      encoding: 'utf8',
      env: environment,
    },
  );
  appendFileSync(join(registry, 'log'), `${instance} ended with ${result.status}\n${result.stdout}${result.stderr}\n`);
  process.exit(result.status ?? 1);
}

main().catch((error) => {
  appendFileSync(join(registry, 'log'), `${instance}: ${error.stack}\n`);
  process.exit(1);
});
