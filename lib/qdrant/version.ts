import { Token } from 'cdktf';
import * as semver from 'semver';
import { badInput } from '../input/input';

/**
 * A version of the Qdrant server.
 *
 * Versions 1.16 and later are supported. Versions before 1.19 lack the fixes for empty API keys (qdrant PR #9199) and for path
 * traversal in snapshot names (qdrant PR #10085); the posture warns about them.
 */
export class QdrantVersion {
  /** The oldest supported version. */
  public static readonly OLDEST_SUPPORTED = '1.16.0';

  public static readonly V1_16_0 = QdrantVersion.of('1.16.0');
  public static readonly V1_16_1 = QdrantVersion.of('1.16.1');
  public static readonly V1_16_2 = QdrantVersion.of('1.16.2');
  public static readonly V1_16_3 = QdrantVersion.of('1.16.3');
  public static readonly V1_17_0 = QdrantVersion.of('1.17.0');
  public static readonly V1_17_1 = QdrantVersion.of('1.17.1');
  public static readonly V1_18_0 = QdrantVersion.of('1.18.0');
  public static readonly V1_18_1 = QdrantVersion.of('1.18.1');
  public static readonly V1_18_2 = QdrantVersion.of('1.18.2');
  public static readonly V1_18_3 = QdrantVersion.of('1.18.3');
  public static readonly V1_19_0 = QdrantVersion.of('1.19.0');
  public static readonly V1_19_1 = QdrantVersion.of('1.19.1');
  public static readonly V1_19_2 = QdrantVersion.of('1.19.2');

  /**
   * 1.20.0. Its source was not to be had when this was written: nodes get the settings that 1.19 knows, and none that it brought. While versions are mixed,
   * move no shards: its nodes may send points in a form that older ones do not know.
   */
  public static readonly V1_20_0 = QdrantVersion.of('1.20.0');

  /** The default version: the newest one that this library was tested with. */
  public static readonly DEFAULT = QdrantVersion.V1_19_0;

  /**
   * A version by its number.
   *
   * @param version `major.minor.patch`, for example `1.19.0`; a leading `v` is accepted
   * @throws if it is not a full version number, or older than 1.16.0
   */
  public static of(version: string): QdrantVersion {
    if (Token.isUnresolved(version)) return new QdrantVersion(version);
    const parsed = typeof version === 'string' ? semver.parse(version) : null;
    if (parsed === null) {
      throw badInput('QdrantVersion.of', {
        given: `"${version}" is not a version`,
        allowed: 'a release as major.minor.patch, never a range, a tag or "latest"',
        instead: `QdrantVersion.of('1.19.0')`,
      });
    }
    if (semver.lt(parsed, QdrantVersion.OLDEST_SUPPORTED)) {
      throw badInput('QdrantVersion.of', {
        given: `Qdrant ${parsed.version} is older than the oldest supported release`,
        allowed: `${QdrantVersion.OLDEST_SUPPORTED} and later`,
        instead: 'QdrantVersion.V1_19_0, reached minor by minor from the version that runs now',
      });
    }
    return new QdrantVersion(parsed.version);
  }

  /** The version that a server was found to have, also one that this library makes no cluster of. @internal */
  public static _observed(version: string): QdrantVersion {
    return new QdrantVersion(version);
  }

  private constructor(private readonly number: string) {}

  /** `major.minor.patch`. */
  public get version(): string {
    return this.number;
  }

  /**
   * Whether this version is the given one or a later one. A version that is known only when Terraform runs counts as the
   * newest.
   *
   * @param version `major.minor.patch`
   */
  public isAtLeast(version: string): boolean {
    return Token.isUnresolved(this.version) || semver.gte(this.version, version);
  }

  /**
   * Whether a cluster can be upgraded from this version to `next` in one step: within a minor version, or to the next one.
   * Qdrant keeps its storage compatible with the next minor version only.
   *
   * @see https://qdrant.tech/documentation/guides/upgrading/
   */
  public canUpgradeTo(next: QdrantVersion): boolean {
    if (Token.isUnresolved(this.version) || Token.isUnresolved(next.version)) return true;
    const [from, to] = [semver.parse(this.version)!, semver.parse(next.version)!];
    return from.major === to.major && semver.gte(to, from) && to.minor - from.minor <= 1;
  }

  /** The official image of this version that runs as an unprivileged user (uid 1000). */
  public get unprivilegedImage(): string {
    return `docker.io/qdrant/qdrant:v${this.version}-unprivileged`;
  }

  public toString(): string {
    return this.version;
  }
}
