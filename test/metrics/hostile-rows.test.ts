import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seconds, unixSeconds } from '../../src/domain/quantities.ts';
import { readCompleteList } from '../../src/pagination/complete-list.ts';
import { createBackupTallies } from '../../src/state/backup-tallies.ts';
import { serveResources } from '../../src/state/served.ts';
import { nextServiceState } from '../../src/state/service-state.ts';
import { age } from '../support/config.ts';
import { parseOpenMetrics, parseText, samplesOf } from '../support/exposition-parser.ts';
import { bentRow } from '../support/hostile-values.ts';
import { GAUSSDB_MYSQL, GES_V2, type Lists } from '../support/lists.ts';
import { plainText, publish } from '../support/published.ts';
import { gaussdbRow, gesV2Row, type JsonRow } from '../support/rows.ts';
import { PLACE } from '../support/served.ts';
import { NO_PACE, NO_POLICIES, ORIGIN } from '../support/state.ts';

const LIMIT = 12;
const LISTS = 200;

async function expose(service: string, { backups }: Lists, rows: readonly JsonRow[]) {
  const list = await readCompleteList(
    backups,
    async () =>
      service === 'ges'
        ? { backup_list: rows, backup_count: rows.length }
        : { backups: rows, total_count: rows.length },
    () => createBackupTallies(undefined),
    { ahead: 0, signal: new AbortController().signal },
  );
  if (list.kind !== 'complete') throw new Error('a list that stands still is complete');
  const state = await nextServiceState(
    undefined,
    {
      at: unixSeconds(1_000_000),
      origin: ORIGIN,
      backups: { ...list.walk, tallies: list.items, unlisted: list.unlisted, isUnread: () => false },
      inventory: { kind: 'failed' },
    },
    { isSelected: () => true, limit: LIMIT },
    NO_PACE,
  );
  const config = { rpo: { default: age(seconds(3600)), overrides: [] }, tags: ['team'] };
  const served = await serveResources({ ...PLACE, service }, config, state, NO_POLICIES, NO_PACE);
  return { state, walk: list.walk, publication: await publish([served]) };
}

const distinct = (row: JsonRow, resourceKey: string): fc.Arbitrary<readonly JsonRow[]> =>
  fc.array(bentRow(row), { maxLength: 30, size: 'max' }).map((rows) =>
    rows.map((bent, n) => ({
      ...bent,
      ...(bent['id'] === row['id'] && { id: `backup-${n}` }),
      ...(bent[resourceKey] === row[resourceKey] && { [resourceKey]: `resource-${n % 20}` }),
    })),
  );

describe.each<[string, string, Lists, fc.Arbitrary<readonly JsonRow[]>]>([
  ['GES', 'ges', GES_V2, distinct(gesV2Row(), 'graph_id')],
  ['GaussDB(for MySQL)', 'gaussdb-mysql', GAUSSDB_MYSQL, distinct(gaussdbRow(), 'instance_id')],
])('hostile rows of %s', (_title, service, source, lists) => {
  it('leave the exposition whole, no series double, labels short and the limit kept', async () => {
    let rowsTried = 0;

    await fc.assert(
      fc.asyncProperty(lists, async (rows) => {
        rowsTried += rows.length;
        const { state, walk, publication } = await expose(service, source, rows);

        const samples = samplesOf(parseOpenMetrics(`${plainText(publication, 'openmetrics')}# EOF\n`));
        expect(samplesOf(parseText(plainText(publication, 'text')))).toEqual(samples);
        expect(samples.filter(({ value }) => !Number.isFinite(value))).toEqual([]);
        expect(
          samples.flatMap(({ labels }) => Object.values(labels)).filter(({ length }) => length > 256),
        ).toEqual([]);
        expect(state.resources.size).toBeLessThanOrEqual(LIMIT);
        const rejected = Object.values(walk.rejections).reduce((sum, count) => sum + count, 0);
        const stored = samples.filter(({ name }) => name === 'huaweicloud_backup_stored');
        const served = stored.reduce((sum, { value }) => sum + value, 0);
        expect(served + rejected).toBeLessThanOrEqual(rows.length);
        if (state.overLimit === 0 && walk.listed === rows.length) expect(served + rejected).toBe(rows.length);
      }),
      { numRuns: LISTS },
    );

    process.stdout.write(`hostile lists: ${LISTS} lists with ${rowsTried} rows tried\n`);
  });
});
