import { expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../support/exporter-process.ts';
import { saveAndKill } from '../support/killed-saves.ts';

const KILLS = 200;

it(`the state file contains everything saved after each of ${KILLS} kills`, async () => {
  const files = await temporaryDirectory();
  onTestFinished(files.remove);

  const rounds = await Promise.all(['one', 'other'].map((name) => saveAndKill(files.path(name), KILLS / 2)));

  expect(Math.max(...rounds.map(({ saves }) => saves))).toBeGreaterThan(KILLS / 2);
}, 600_000);
