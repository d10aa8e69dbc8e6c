/** A defect of the server that a release mended. Those of crates within it are for a scanner of images. */
export interface MendedDefect {
  readonly id: string;
  /** What was wrong, as what the sentence "It lacks the fixes for ..." ends with. */
  readonly what: string;
  readonly source: string;
  /** Whether it was published as an advisory, and not only mended. */
  readonly isAdvisory: boolean;
}

/** A release of the server. */
export interface QdrantRelease {
  readonly version: string;
  /** What it brought that matters here, for who chooses a release; undefined where that is fixes alone, or it is not supported. */
  readonly brought?: string;
  /** What is known against every release before it. */
  readonly mends?: MendedDefect[];
  /** What is known against it, and no release mends. No rule finds it, as nobody could act on that. */
  readonly open?: string[];
}

const RECORDS = 'https://github.com/CVEProject/cvelistV5/blob/main/cves/2024';
const PULLS = 'https://github.com/qdrant/qdrant/pull';

/** What the lock files of these releases name, as those tell who package them. */
const CRATES_WITH_ADVISORIES = ['crossbeam-epoch by RUSTSEC-2026-0204', 'h2 by RUSTSEC-2026-0258'];

/**
 * Every release of the server that this library knows, the oldest first; of those before the oldest supported, only the ones that mended what was published.
 * A new release is a row here, and a constant of `QdrantVersion`. The settings that a release brought are in the catalog of settings, once they were read in
 * the server's source.
 */
export const RELEASES: QdrantRelease[] = [
  {
    version: '1.8.0',
    mends: [advisory('CVE-2024-2221', 'an uploaded snapshot overwrites any file', '2xxx')],
  },
  {
    version: '1.8.3',
    mends: [advisory('CVE-2024-3078', 'names of snapshots leave their folder', '3xxx')],
  },
  {
    version: '1.9.0',
    mends: [
      advisory('CVE-2024-3584', 'the name of a collection leaves the folder of uploads', '3xxx'),
      advisory('CVE-2024-3829', 'links in a snapshot read and write any file', '3xxx'),
    ],
  },
  { version: '1.16.0', brought: 'the oldest release that is supported' },
  { version: '1.16.1' },
  { version: '1.16.2' },
  { version: '1.16.3' },
  { version: '1.17.0', brought: 'a second API key, a port for metrics, the audit log' },
  { version: '1.17.1' },
  { version: '1.18.0', brought: 'the API key among nodes, snapshots from URLs that can be switched off, TurboQuant' },
  { version: '1.18.1' },
  { version: '1.18.2' },
  { version: '1.18.3' },
  {
    version: '1.19.0',
    brought: 'quotas of memory and disk, memory tiers',
    mends: [
      { id: 'qdrant PR #9199', what: 'an empty key', source: `${PULLS}/9199`, isAdvisory: false },
      { id: 'qdrant PR #10085', what: 'snapshot names that leave their folder', source: `${PULLS}/10085`, isAdvisory: false },
    ],
  },
  { version: '1.19.1', brought: 'stricter names of collections; transfers and consensus survive a crash' },
  { version: '1.19.2', open: CRATES_WITH_ADVISORIES },
  {
    version: '1.20.0',
    brought: 'BM25 over payloads, nested payload indexes, an id tracker of choice',
    open: CRATES_WITH_ADVISORIES,
  },
];

/** The release that mended the last of what is known. Its successors have nothing against them that could be avoided. */
export const MENDED_RELEASE = [...RELEASES].reverse().find(({ mends }) => mends)!;

function advisory(id: string, what: string, folder: string): MendedDefect {
  return { id, what, source: `${RECORDS}/${folder}/${id}.json`, isAdvisory: true };
}
