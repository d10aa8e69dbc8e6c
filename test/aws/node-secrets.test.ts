import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueCa, makeCa } from '../support/openssl';
import { describeWith, ROOT } from '../support/programs';

const ADMIN = 'a'.repeat(48);
const ALTERNATE = 'b'.repeat(48);
const NO_RIGHT = 'An error occurred (AccessDeniedException) when calling the operation: not authorized';
const NO_VALUE =
  "An error occurred (ResourceNotFoundException): Secrets Manager can't find the specified secret value for staging label: AWSCURRENT";
const NO_SECRET = "An error occurred (ResourceNotFoundException): Secrets Manager can't find the specified secret.";

/**
 * The AWS CLI, as the programs call it. Each secret is a file. A file `refuse-ACTION-SECRET` holds a number of times and a reason: so often the call
 * is refused.
 */
const AWS = `#!/bin/bash
action=$2 secret='' value='' query='' request=''
while (($#)); do
  case $1 in
    --secret-id | --certificate-authority-arn) secret=$2 ;;
    --query) query=$2 ;;
    --csr) request=\${2#fileb://} ;;
    --secret-string) value=\${2#file://} ;;
  esac
  shift
done
echo "$action $secret" >>"$STATE/calls"
if [[ -s $STATE/refuse-$action-$secret ]]; then
  read -r times reason <"$STATE/refuse-$action-$secret"
  if ((times > 0)); then
    echo "$((times - 1)) $reason" >"$STATE/refuse-$action-$secret"
    echo "$reason" >&2
    exit 254
  fi
fi
case $action in
  get-secret-value) cat "$STATE/$secret" 2>/dev/null || { echo "${NO_VALUE}" >&2; exit 254; } ;;
  describe-certificate-authority)
    case $query in
      *.UsageMode) cat "$STATE/usage-mode" ;;
      *.KeyAlgorithm) echo EC_prime256v1 ;;
    esac
    ;;
  issue-certificate)
    if [[ -e $STATE/$secret-key.pem ]]; then
      openssl x509 -req -in "$request" -CA "$STATE/$secret.pem" -CAkey "$STATE/$secret-key.pem" -copy_extensions copy -days 30 -out "$STATE/issued.pem" 2>/dev/null
      echo arn:aws:acm-pca:issued
    else
      echo 'An error occurred (ValidationException): the validity exceeds that of the authority' >&2 && exit 254
    fi
    ;;
  get-certificate) jq --null-input --rawfile own "$STATE/issued.pem" --rawfile chain "$STATE/chain.pem" '{Certificate: $own, CertificateChain: $chain}' ;;
  get-certificate-authority-certificate)
    jq --null-input --rawfile own "$STATE/$secret.pem" --rawfile chain "$STATE/company.pem" \\
      '{Certificate: $own, CertificateChain: (if $own == $chain then null else $chain end)}'
    ;;
  put-secret-value) cp "$value" "$STATE/$secret" ;;
esac
`;

/** A machine with the programs of a node where they expect them, seen by nobody else. */
class Machine {
  private readonly folder = mkdtempSync(join(tmpdir(), 'node-secrets-'));
  public constructor(index: number, config: object) {
    for (const name of ['bin', 'state', 'opt/qdrant/etc', 'opt/qdrant/bin', 'etc']) {
      mkdirSync(join(this.folder, name), { recursive: true });
    }
    for (const from of ['lib/aws/node/files', 'lib/cluster/programs']) {
      cpSync(join(ROOT, from), join(this.folder, 'opt/qdrant/bin'), { recursive: true });
    }
    const common = {
      region: 'eu-west-1',
      restPort: 6333,
      guardedPorts: [],
      portsBesideRest: [],
      turnSeconds: 60,
      peers: [],
      hostNames: [],
    };
    const founding = { time: '2026-01-01T00:00:00Z', minutes: 60 };
    const all = { ...common, cluster: 'vectors', trusted: [], clientCas: [], founding, ...config };
    writeFileSync(join(this.folder, 'opt/qdrant/etc/cluster.json'), JSON.stringify(all));
    writeFileSync(join(this.folder, 'etc/node.json'), JSON.stringify({ name: `node-${index}`, host: `node-${index}`, index }));
    writeFileSync(join(this.folder, 'bin/aws'), AWS);
    chmodSync(join(this.folder, 'bin/aws'), 0o755);
  }

  public put(secret: string, value: string): void {
    writeFileSync(join(this.folder, 'state', secret), value);
  }

  /** CAs in AWS Private CA, below one of the company, which is there, too. */
  public putCasBelowCompany(...arns: string[]): void {
    const state = join(this.folder, 'state');
    makeCa(state, 'company', '/CN=company');
    for (const end of ['.pem', '-key.pem']) cpSync(join(state, `company${end}`), join(state, `arn:aws:acm-pca:company${end}`));
    for (const arn of arns) {
      issueCa(state, arn, 'company');
      this.put('chain.pem', `${this.secret(`${arn}.pem`)}${this.secret('company.pem')}`);
    }
  }

  public refuse(action: string, secret: string, times: number, reason: string): void {
    this.put(`refuse-${action}-${secret}`, `${times} ${reason}\n`);
  }

  public secret(name: string): string | undefined {
    const file = join(this.folder, 'state', name);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  }

  public run(script: string, env: { [name: string]: string } = {}): { code: number; printed: string; seconds: number } {
    const { folder } = this;
    const mounts = [
      `mount --bind ${folder}/opt /opt`,
      'mount -t tmpfs tmpfs /run',
      `mkdir -p /run/qdrant /run/upper /run/work`,
      'mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc',
      `mkdir /etc/qdrant && cp ${folder}/etc/node.json /etc/qdrant/`,
      'mount -t tmpfs tmpfs /var/lib && mkdir /var/lib/qdrant /run/target',
    ];
    const begun = Date.now();
    const result = spawnSync('unshare', ['--mount', 'bash', '-ec', `${mounts.join('\n')}\n${script}`], {
      encoding: 'utf8',
      env: { PATH: `${folder}/bin:${process.env.PATH}`, STATE: `${folder}/state`, ...env },
    });
    return {
      code: result.status ?? -1,
      printed: `${result.stdout}${result.stderr}`,
      seconds: (Date.now() - begun) / 1000,
    };
  }
}

describeWith(['root', 'unshare', 'jq', 'openssl'], 'a node fetches its keys', () => {
  const fetchKeys = '/opt/qdrant/bin/fetch-keys.sh /run/keys.yaml; cat /run/keys.yaml';
  const rotating = () => {
    const machine = new Machine(0, { keys: { admin: { arn: 'admin' }, alternate: { arn: 'alternate' } } });
    machine.put('admin', ADMIN);
    machine.put('alternate', ALTERNATE);
    return machine;
  };

  test.each([
    ['the right to read it', NO_RIGHT],
    ['its value', NO_VALUE],
  ])('and waits for the alternate key while %s is not there yet', (_what, reason) => {
    const machine = rotating();
    machine.refuse('get-secret-value', 'alternate', 2, reason);
    const { code, printed } = machine.run(fetchKeys);
    expect(code).toBe(0);
    expect(printed).toContain(`waiting for the alternate key: ${reason}`);
    expect(printed).toContain(`"alt_api_key": "${ALTERNATE}"`);
  });

  test('and does without an alternate key that is gone, at once', () => {
    const machine = rotating();
    machine.refuse('get-secret-value', 'alternate', 99, NO_SECRET);
    const { code, printed, seconds } = machine.run(fetchKeys);
    expect(code).toBe(0);
    expect(printed).toContain(`"api_key": "${ADMIN}"`);
    expect(printed).not.toContain('alt_api_key');
    expect(seconds).toBeLessThan(4);
  });

  test('and does in the end without one that it may not read', () => {
    const machine = rotating();
    machine.refuse('get-secret-value', 'alternate', 99, NO_RIGHT);
    const { code, printed } = machine.run(fetchKeys, { ALTERNATE_SECONDS: '1' });
    expect(code).toBe(0);
    expect(printed).not.toContain('alt_api_key');
  });
});

describeWith(['root', 'unshare', 'jq', 'openssl'], 'a node fetches its certificate', () => {
  const fetchCertificate = '/opt/qdrant/bin/fetch-certificates.sh /run/target';
  const tls = { source: 'clusterCa', caSecretArn: 'ca', caCertificateSecretArn: 'ca-certificate', validityDays: 30 };

  test('and the first node makes the cluster’s CA once IAM lets it', () => {
    const machine = new Machine(0, { tls });
    machine.refuse('put-secret-value', 'ca', 1, NO_RIGHT);
    const { code, printed } = machine.run(
      `${fetchCertificate}; openssl verify -CAfile /run/target/ca.pem /run/target/cert.pem`,
      {
        RETRY_SECONDS: '60',
      },
    );
    expect(printed).toContain('/run/target/cert.pem: OK');
    expect(code).toBe(0);
    expect(machine.secret('ca-certificate')!.trim()).toBe(JSON.parse(machine.secret('ca')!).certificate.trim());
    expect(machine.secret('ca-certificate')).not.toContain('PRIVATE');
  });

  test('that also those take whose clocks are behind by some minutes', () => {
    const dates = 'openssl x509 -noout -dates -in /run/target/cert.pem';
    const { printed } = new Machine(0, { tls }).run(`${fetchCertificate}; ${dates}`);
    const [start, end] = ['notBefore', 'notAfter'].map((name) => {
      const date = new RegExp(`^${name}=(.*)$`, 'm').exec(printed)![1];
      return Math.round((Date.parse(date) - Date.now()) / 60000);
    });
    expect(start).toBeLessThanOrEqual(-55);
    expect(end).toBeCloseTo(tls.validityDays * 24 * 60, -1);
  });

  test('and no other node makes the CA: it waits, and says so', () => {
    const machine = new Machine(1, { tls });
    const { code, printed } = machine.run(fetchCertificate, { RETRY_SECONDS: '3' });
    expect(code).not.toBe(0);
    expect(printed).toContain('the first node has not made the cluster’s CA yet'.replace('’', "'"));
    expect(machine.secret('calls')).not.toContain('put-secret-value');
    expect(machine.secret('ca')).toBeUndefined();
  });

  test('and no other node writes the CA that clients read', () => {
    const [first, second] = [new Machine(0, { tls }), new Machine(1, { tls })];
    expect(first.run(fetchCertificate).code).toBe(0);
    second.put('ca', first.secret('ca')!);
    second.put('ca-certificate', 'something else');
    expect(second.run(fetchCertificate).code).toBe(0);
    expect(second.secret('calls')).not.toContain('put-secret-value');
  });

  describe.each([
    ['SHORT_LIVED_CERTIFICATE', 30, false],
    ['SHORT_LIVED_CERTIFICATE', 7, true],
    ['GENERAL_PURPOSE', 30, true],
  ])('from AWS Private CA in the mode %s, for %i days', (mode, validityDays, isAsked) => {
    test(isAsked ? 'and asks for it' : 'and says which option it is that the authority refuses, and does not try again', () => {
      const machine = new Machine(0, { tls: { source: 'privateCa', privateCaArn: 'arn:aws:acm-pca:x', validityDays } });
      machine.put('usage-mode', mode);
      const { code, printed } = machine.run(fetchCertificate, { RETRY_SECONDS: '1' });
      expect(code).not.toBe(0);
      expect(machine.secret('calls')!.includes('issue-certificate')).toBe(isAsked);
      expect(printed.includes('set validityDays of Tls.fromPrivateCa to 7 or less')).toBe(!isAsked);
      expect(printed.includes('giving up')).toBe(isAsked);
    });
  });

  test('from a CA of AWS Private CA below the company’s, whose other CAs issue to no client', () => {
    const [nodes, next] = ['arn:aws:acm-pca:nodes', 'arn:aws:acm-pca:next'];
    const privateCa = { source: 'privateCa', privateCaArn: nodes, validityDays: 7 };
    const machine = new Machine(0, { tls: privateCa, trusted: [{ privateCaArn: next }] });
    machine.putCasBelowCompany(next, nodes);
    const subjects = (file: string) =>
      `echo ${file}; openssl crl2pkcs7 -nocrl -certfile /run/target/${file} | openssl pkcs7 -print_certs -noout | grep subject`;
    const named = `jq '.clientCas = [{ privateCaArn: "${nodes}" }]' /opt/qdrant/etc/cluster.json >/run/changed`;
    const script = [
      ...[fetchCertificate, 'openssl verify -CAfile /run/target/ca.pem -untrusted /run/target/cert.pem /run/target/cert.pem'],
      ...[subjects('ca.pem'), subjects('client-ca.pem')],
      ...[named, 'cat /run/changed >/opt/qdrant/etc/cluster.json', fetchCertificate, subjects('client-ca.pem')],
    ];
    const { code, printed } = machine.run(script.join('\n'));
    expect(code).toBe(0);
    const subject = (...names: string[]) => names.map((name) => `subject=CN = ${name}`);
    expect(printed.match(/^(?:subject|\S+\.pem).*$/gm)).toEqual([
      '/run/target/cert.pem: OK',
      ...['ca.pem', ...subject(nodes, 'company', next)],
      ...['client-ca.pem', ...subject(nodes, next)],
      ...['client-ca.pem', ...subject(nodes)],
    ]);
  });

  test('from the company’s own CA, and clients of it are let in while they move to one below it', () => {
    const [company, next] = ['arn:aws:acm-pca:company', 'arn:aws:acm-pca:next'];
    const privateCa = { source: 'privateCa', privateCaArn: company, validityDays: 7 };
    const machine = new Machine(0, { tls: privateCa, trusted: [{ privateCaArn: next }] });
    machine.putCasBelowCompany(next);
    machine.put('chain.pem', machine.secret('company.pem')!);
    const change = `jq '.tls.privateCaArn = "${next}" | .trusted = [{ privateCaArn: "${company}" }]' /opt/qdrant/etc/cluster.json >/run/changed`;
    const subjects =
      'openssl crl2pkcs7 -nocrl -certfile /run/target/client-ca.pem | openssl pkcs7 -print_certs -noout | grep subject | sort';
    const script = [
      fetchCertificate,
      subjects,
      change,
      'cat /run/changed >/opt/qdrant/etc/cluster.json',
      fetchCertificate,
      subjects,
    ];
    const { code, printed } = machine.run(script.join('\n'));
    expect(code).toBe(0);
    const both = ['subject=CN = arn:aws:acm-pca:next', 'subject=CN = company'];
    expect(printed.match(/^subject.*$/gm)).toEqual([...both, ...both]);
  });

  test('and keeps it until a third of its life is left, or its names are others', () => {
    const fetched = (change: string) =>
      `jq '${change}' /opt/qdrant/etc/cluster.json >/run/changed; cat /run/changed >/opt/qdrant/etc/cluster.json; ` +
      `${fetchCertificate}; openssl x509 -noout -serial -in /run/target/cert.pem`;
    // It has 30 days left throughout: more, and less, than a third.
    const changes = ['.', '.tls.validityDays = 89', '.tls.validityDays = 91', '.hostNames += ["vectors.example.com"]'];
    const { printed } = new Machine(0, { tls }).run(changes.map(fetched).join('; '));
    const [issued, kept, renewed, renamed] = printed.match(/^serial=\w+$/gm)!;
    expect(kept).toBe(issued);
    expect(renewed).not.toBe(issued);
    expect(renamed).not.toBe(renewed);
  });

  test('and the first node serves on where it may no longer write what clients read', () => {
    const machine = new Machine(0, { tls });
    expect(machine.run(fetchCertificate).code).toBe(0);
    machine.put('ca-certificate', 'something else');
    machine.refuse('put-secret-value', 'ca-certificate', 99, NO_RIGHT);
    const { code, printed } = machine.run(fetchCertificate, { RETRY_SECONDS: '3' });
    expect(code).toBe(0);
    expect(printed).toContain("clients do not find the cluster's CA certificate in ca-certificate");
  });
});
