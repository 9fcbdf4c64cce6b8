import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Backup, Resource } from '../../src/domain/backup.ts';
import { REJECTION_REASONS } from '../../src/pagination/list.ts';
import type { List } from '../../src/services/service.ts';
import { hostileRow, hostileValue } from './hostile-values.ts';
import type { JsonRow } from './rows.ts';

const ROWS_PER_LIST = 1000;
const END_OF_YEAR_9999 = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;

const TEXTS = ['id', 'name', 'resourceId', 'resourceName', 'method', 'engineVersion', 'arch'];
const TIMES = ['start', 'end', 'created'];
const AMOUNTS = ['size', 'duration'];

function faultsOf(item: Backup | Resource): readonly string[] {
  const fields: Readonly<Record<string, unknown>> = { ...item };
  const isText = (value: unknown): boolean =>
    typeof value === 'string' &&
    value !== '' &&
    value.length <= 256 &&
    value.isWellFormed() &&
    !value.includes('\0');
  const isTime = (value: unknown): boolean =>
    typeof value === 'number' && value > 0 && value <= END_OF_YEAR_9999;
  const isAmount = (value: unknown): boolean =>
    typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
  const wrong = (names: readonly string[], isRight: (value: unknown) => boolean) =>
    names.filter((name) => fields[name] !== undefined && !isRight(fields[name]));
  return [...wrong(TEXTS, isText), ...wrong(TIMES, isTime), ...wrong(AMOUNTS, isAmount)];
}

/** Replaces fields of a row by random hostile values, and checks what is read. */
export function describeHostileRows(list: string, source: List<Backup> | List<Resource>, row: JsonRow): void {
  it(`a hostile row of the ${list} is rejected with a reason or read into valid values`, () => {
    const tally = { read: 0, rejected: 0 };

    fc.assert(
      fc.property(
        fc.oneof({ weight: 20, arbitrary: hostileRow(row) }, { weight: 1, arbitrary: hostileValue }),
        (hostile) => {
          const item = source.readRow(hostile);

          if (typeof item === 'string') {
            tally.rejected += 1;
            expect([...REJECTION_REASONS, 'ignored']).toContain(item);
          } else {
            tally.read += 1;
            if ('length' in item) throw new Error('expected a single item');
            expect(faultsOf(item)).toEqual([]);
            expect(item.id).toBe(source.readId(hostile));
          }
        },
      ),
      { numRuns: ROWS_PER_LIST },
    );

    process.stdout.write(`hostile rows of ${list}: ${tally.read} read, ${tally.rejected} rejected\n`);
    expect(tally.read).toBeGreaterThan(0);
    expect(tally.rejected).toBeGreaterThan(0);
  });
}
