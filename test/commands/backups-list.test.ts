import { describe, expect, it } from 'vitest';
import { WITH_JOBS } from '../support/examples.ts';
import { createWaitingWorld } from './waiting-world.ts';

const DAY = 86_400;

/** A world in which one resource was backed up manually once a day, most recently half an hour ago. */
async function worldWithBackups() {
  const world = await createWaitingWorld([WITH_JOBS]);
  const resource = await world.firstOf(WITH_JOBS);
  for (let day = 0; day < 4; day += 1) {
    world.cloud.startBackup(resource.id, { duration: 60 });
    world.pass(DAY);
  }
  world.cloud.startBackup(resource.id, { duration: 3600 });
  world.pass(1800);
  return { ...world, resource };
}

const list = (...flags: readonly string[]) => ['backups', 'list', '--method', 'manual', ...flags];
const linesOf = (output: string) => output.trimEnd().split('\n');

describe('the table of backups', () => {
  it('shows when each started, in UTC and as an age', async () => {
    const { run, cloud, resource } = await worldWithBackups();

    const { code, output, errors } = await run(list('--limit', '2'));

    const [headings = '', row = '', older = ''] = linesOf(output);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(headings.split(/ {2,}/)).toEqual([
      ...['STARTED (UTC)', 'AGE', 'STATE', 'SIZE', 'DURATION'],
      ...['METHOD', 'PROJECT', 'SERVICE', 'RESOURCE', 'BACKUP ID'],
    ]);
    expect(row.split(/ {2,}/)).toEqual([
      ...['2026-07-05 10:00:00Z', '30 min', 'running', '-', '-'],
      ...['manual', 'prod', WITH_JOBS.type, resource.name, cloud.backupsOf(resource.id).at(-1)?.id],
    ]);
    expect(older).toMatch(/^2026-07-04 10:00:00Z +1 d {2}succeeded /);
  });

  it.each([
    ['36h', 2],
    ['2026-07-03T10:00:00Z', 3],
    ['now', 0],
  ])('with --since %s has the %d backups that started since then', async (since, count) => {
    const { run } = await worldWithBackups();

    const { code, output } = await run(list('--since', since, '--json'));

    expect(code).toBe(0);
    expect(linesOf(output).filter((line) => line !== '')).toHaveLength(count);
  });
});
