import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { probes } from '../../lib/verify';
import { ROOT } from '../support/programs';

test('each option and name of the library that a finding tells to use exists', () => {
  const api = readFileSync(join(ROOT, 'docs/api.txt'), 'utf8');
  const outputs = ['RestUrl', 'CaCertificateCommand'];
  // What is written as code is: a name of several words, a member, or a constant.
  const told = probes.flatMap(({ construct }) => construct.match(/\b([A-Za-z]+[A-Z]\w*|[A-Za-z]\w*\.\w+)\b/g) ?? []);
  const names = [...new Set(told.flatMap((name) => name.split('.')))].filter((name) => !outputs.includes(name));
  expect(names).toEqual(expect.arrayContaining(['hostNames', 'overHosts', 'upgradingFrom', 'auditLog']));
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(api) && !/^([A-Z]{2,}|Qdrant|gRPC|P)$/.test(name))).toEqual(
    [],
  );
});
