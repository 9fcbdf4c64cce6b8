import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Backup } from '../../src/domain/backup.ts';
import { seconds, unixSeconds } from '../../src/domain/quantities.ts';
import { readCompleteList } from '../../src/pagination/complete-list.ts';
import { defaultApi, SERVICES } from '../../src/services/index.ts';
import type { List } from '../../src/services/service.ts';
import { createBackupTallies } from '../../src/state/backup-tallies.ts';
import { serveResources } from '../../src/state/served.ts';
import { nextServiceState } from '../../src/state/service-state.ts';
import { casesOf } from '../services/cases.ts';
import { age } from '../support/config.ts';
import { parseOpenMetrics, parseText, samplesOf } from '../support/exposition-parser.ts';
import { hostileRow } from '../support/hostile-values.ts';
import { plainText, publish } from '../support/published.ts';
import type { JsonRow } from '../support/rows.ts';
import { PLACE } from '../support/served.ts';
import { NEVER_YIELD, NO_POLICIES, ORIGIN } from '../support/state.ts';

const LIMIT = 12;
const LISTS = 50;

async function expose(service: string, backups: List<Backup>, rows: readonly JsonRow[]) {
  const list = await readCompleteList(
    { ...backups, readPage: () => ({ rows, total: rows.length }) },
    async () => undefined,
    () => createBackupTallies(undefined),
    { ahead: 0, signal: new AbortController().signal },
  );
  if (list.kind !== 'complete') throw new Error('a list that does not change is complete');
  const state = await nextServiceState(
    undefined,
    {
      at: unixSeconds(1_000_000),
      origin: ORIGIN,
      backups: {
        ...list.walk,
        tallies: list.items,
        unlisted: list.unlisted,
        failedRuns: [],
        isUnread: () => false,
      },
      inventory: { kind: 'failed' },
    },
    { isSelected: () => true, limit: LIMIT },
    NEVER_YIELD,
  );
  const config = { rpo: { default: age(seconds(3600)), overrides: [] }, tags: ['team'] };
  const served = await serveResources({ ...PLACE, service }, config, state, NO_POLICIES, NEVER_YIELD);
  return { state, walk: list.walk, publication: await publish([served]) };
}

/** Hostile variants of this row, of about twenty resources. */
const distinct = (row: JsonRow, backups: List<Backup>): fc.Arbitrary<readonly JsonRow[]> => {
  const idKey = keyOf(row, backups.readId(row));
  // The resource of a row may only be in the path of its list.
  const resourceKey = keyOf(row, goodBackup(backups, row)?.resourceId);
  const renamed = (hostile: JsonRow, key: string | undefined, id: string): JsonRow =>
    key !== undefined && hostile[key] === row[key] ? { ...hostile, [key]: id } : hostile;
  return fc
    .array(hostileRow(row), { maxLength: 30, size: 'max' })
    .map((rows) =>
      rows.map((hostile, n) =>
        renamed(renamed(hostile, idKey, `backup-${n}`), resourceKey, `resource-${n % 20}`),
      ),
    );
};

/** The field with this value, if any. */
const keyOf = (row: JsonRow, value: string | undefined): string | undefined =>
  Object.keys(row).find((name) => value !== undefined && row[name] === value);

/** The backup of a row, if it succeeded. */
const goodBackup = ({ readRow }: List<Backup>, row: JsonRow): Backup | undefined =>
  [readRow(row)].flat().find((item) => typeof item === 'object' && item.state === 'succeeded') as
    | Backup
    | undefined;

/** The first successful row of each service's cases, and its list. */
const EXAMPLES = SERVICES.map((service) => {
  const { backups } = defaultApi(service);
  const list = backups.of === 'project' ? backups.list : backups.ofResource({ id: 'r-1' })[0];
  if (list === undefined) throw new Error(`${service.type} has no list of backups`);
  const rows = (casesOf(service)['backups'] ?? []).map(([, row]) => row as JsonRow);
  const row = rows.find((candidate) => goodBackup(list, candidate) !== undefined);
  if (row === undefined) throw new Error(`no backup in the cases of ${service.type} has succeeded`);
  return { service: service.type, list, row };
});

describe.each(EXAMPLES)('hostile rows of $service', ({ service, list, row }) => {
  it('result in a valid exposition without duplicates, with short labels and within the limit', async () => {
    let rowsTried = 0;

    await fc.assert(
      fc.asyncProperty(distinct(row, list), async (rows) => {
        rowsTried += rows.length;
        const { state, walk, publication } = await expose(service, list, rows);

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
        const ignored = rows.filter((row) => list.readRow(row) === 'ignored').length;
        if (state.overLimit === 0 && walk.listed === rows.length)
          expect(served + rejected + ignored).toBe(rows.length);
      }),
      { numRuns: LISTS },
    );

    process.stdout.write(`hostile lists: ${LISTS} lists with ${rowsTried} rows tried\n`);
  });
});
