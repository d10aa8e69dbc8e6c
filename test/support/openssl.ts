import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './programs';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Makes a CA: `NAME.pem` and `NAME-key.pem`. CAs with one subject are told apart by their keys alone. */
export function makeCa(folder: string, name: string, subject = '/CN=nodes'): string {
  const [key, certificate] = [join(folder, `${name}-key.pem`), join(folder, `${name}.pem`)];
  run('openssl', ['req', '-x509', ...KEY, '-subj', subject, '-days', '30', '-keyout', key, '-out', certificate]);
  return certificate;
}

/** Has a CA issued by another one: `NAME.pem` and `NAME-key.pem`. */
export function issueCa(folder: string, name: string, ca: string): string {
  return issue(
    folder,
    name,
    ca,
    'DNS:ca.test',
    '20',
    undefined,
    'basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\n',
  );
}

/** Has a certificate issued, for servers and clients unless other usages are given: `NAME.pem` and `NAME-key.pem`. */
export function issue(
  folder: string,
  name: string,
  ca: string,
  altNames: string,
  days = '10',
  usages = 'serverAuth,clientAuth',
  more = '',
): string {
  const file = (end: string) => join(folder, `${name}${end}`);
  run('openssl', ['req', '-new', ...KEY, '-subj', `/CN=${name}`, '-keyout', file('-key.pem'), '-out', file('.csr')]);
  const extensions = `subjectAltName=${altNames}\nextendedKeyUsage=${usages}\nauthorityKeyIdentifier=keyid\n${more}`;
  writeFileSync(file('.ext'), extensions);
  const issuer = ['-CA', join(folder, `${ca}.pem`), '-CAkey', join(folder, `${ca}-key.pem`), '-CAcreateserial'];
  run('openssl', [
    'x509',
    '-req',
    '-in',
    file('.csr'),
    ...issuer,
    '-days',
    days,
    '-extfile',
    file('.ext'),
    '-out',
    file('.pem'),
  ]);
  return readFileSync(file('.pem'), 'utf8');
}
