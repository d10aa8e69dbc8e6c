import { readFileSync } from 'node:fs';
import { examplePicture, PICTURE } from '../../scripts/draw-picture';

test('docs/posture.svg is what `npm run picture` draws', async () => {
  expect(readFileSync(PICTURE, 'utf8')).toBe(await examplePicture());
});
