import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claim } from '../../lib/ops/backup/claim';
import { FolderPlace } from '../../lib/ops/backup/folder-place';
import { openedIn, OpenJournal } from '../../lib/ops/backup/journal';
import { closeJournal } from '../../lib/ops/backup/kept-backups';

const BEAT_SECONDS = 0.1;
const [ENDS, STAYS, OWN] = ['20260101T010000Z-cccccccc', '20260101T020000Z-aaaaaaaa', '20260101T020000Z-bbbbbbbb'];
let folder: string;
let opened: OpenJournal[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claims-'));
  opened = [];
});
afterEach(async () => {
  for (const journal of opened) await journal.close();
  rmSync(folder, { recursive: true });
});

async function open(place: FolderPlace, id: string, isAtWork: boolean): Promise<OpenJournal> {
  const journal = new OpenJournal(place, { id, cluster: 'vectors', peers: [], beatSeconds: BEAT_SECONDS });
  opened.push(journal);
  await journal.open();
  if (isAtWork) await journal.begin();
  return journal;
}

test.each([
  ['takes snapshots', true],
  ['looks, and has come before', false],
])('one that %s goes first, also where another ends just when it is looked at', async (_what, isAtWork) => {
  const place = new FolderPlace(folder);
  const ends = await open(place, ENDS, !isAtWork);
  await open(place, STAYS, isAtWork);
  await open(place, OWN, false);
  let lists = 0;
  const list = async () => {
    if (++lists === 2) {
      await ends.close();
      await closeJournal(place, ends.content);
    }
    return openedIn(place);
  };
  expect(await claim(place, OWN, BEAT_SECONDS, list)).toMatchObject({ first: { id: STAYS } });
});
