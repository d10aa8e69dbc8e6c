import { Token } from 'cdktf';
import * as semver from 'semver';
import { QdrantVersion, ResolvedSettings } from '../../lib';
import { RELEASES } from '../../lib/qdrant/releases';

describe('QdrantVersion', () => {
  test.each(['1.19.0', 'v1.19.0'])('reads %s', (text) => {
    expect(QdrantVersion.of(text).version).toBe('1.19.0');
  });

  test.each(['latest', '1.19', '', '^1.18.0'])('refuses "%s", and says what to write', (text) => {
    expect(() => QdrantVersion.of(text)).toThrow(/is not a version.*QdrantVersion\.of\('1\.19\.0'\)/);
  });

  test.each(['1.15.5', '1.16.0-rc.1', '0.9.0'])('refuses %s, as it is too old', (text) => {
    expect(() => QdrantVersion.of(text)).toThrow(/older than the oldest supported release.*1\.16\.0/);
  });

  test('lets a token through, as the newest release', () => {
    const version = QdrantVersion.of(Token.asString({ resolve: () => '1.17.0' }));
    expect(version.isAtLeast('1.19.0')).toBe(true);
    expect(version.canUpgradeTo(QdrantVersion.V1_16_0)).toBe(true);
  });

  test.each([
    ['1.17.1', '1.18.0', true],
    ['1.18.0', '1.18.3', true],
    ['1.18.3', '1.18.3', true],
    ['1.17.1', '1.19.0', false],
    ['1.19.0', '1.18.3', false],
    ['1.18.3', '1.18.0', false],
    ['1.19.0', '2.0.0', false],
    ['1.19.2', '1.20.0', true],
    ['1.18.3', '1.20.0', false],
  ])('from %s to %s: %s', (from, to, allowed) => {
    expect(QdrantVersion.of(from).canUpgradeTo(QdrantVersion.of(to))).toBe(allowed);
  });

  test('knows its unprivileged image', () => {
    expect(QdrantVersion.V1_18_3.unprivilegedImage).toBe('docker.io/qdrant/qdrant:v1.18.3-unprivileged');
  });
});

describe('the table of releases', () => {
  const versions = RELEASES.map(({ version }) => version);

  test('has them in their order, each once', () => {
    expect(semver.sort([...new Set(versions)])).toEqual(versions);
  });

  test('has a constant for each that is supported, and no other has one', () => {
    const constants = Object.entries(QdrantVersion).filter(([name]) => /^V\d/.test(name));
    const supported = versions.filter((version) => semver.gte(version, QdrantVersion.OLDEST_SUPPORTED));
    expect(constants.map(([name, { version }]) => [name, version])).toEqual(
      supported.map((version) => [`V${version.replace(/\./g, '_')}`, version]),
    );
  });
});

test('the default is the release that was tested with, whatever is newer', () => {
  expect(QdrantVersion.DEFAULT.version).toBe('1.19.0');
});

test('1.20 is given what 1.19 is, as nobody could read which other settings it takes', () => {
  const settings = { auditLog: true, jwtRbac: true, webUi: true, onDiskPayload: false, replicationFactor: 3 };
  const given = (version: QdrantVersion) => ResolvedSettings._resolve('stack/Cluster', version, {}, settings).toYaml();
  expect(given(QdrantVersion.V1_20_0)).toEqual(given(QdrantVersion.V1_19_0));
});
