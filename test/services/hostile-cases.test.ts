import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REJECTION_REASONS } from '../../src/pagination/list.ts';
import { SERVICES } from '../../src/services/index.ts';
import { hostileRow, hostileValue } from '../support/hostile-values.ts';
import { casesOf, readerOf } from './cases.ts';

const RUNS = 500;
const END_OF_YEAR_9999 = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Values that no reader may return anywhere in its result. */
function faultsIn(value: unknown, key = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => faultsIn(item, key));
  if (isObject(value)) return Object.entries(value).flatMap(([name, field]) => faultsIn(field, name));
  const isRight = (): boolean => {
    switch (typeof value) {
      case 'number':
        return ['start', 'end', 'created'].includes(key)
          ? value > 0 && value <= END_OF_YEAR_9999
          : value >= 0 && value <= Number.MAX_SAFE_INTEGER;
      case 'string':
        return value !== '' && value.length <= 512 && value.isWellFormed() && !value.includes('\0');
      default:
        return ['boolean', 'undefined'].includes(typeof value);
    }
  };
  return isRight() ? [] : [`${key}: ${JSON.stringify(value)}`];
}

const LISTS = ['backups', 'resources', 'failedRuns', 'projectPolicies'];

const withCases = SERVICES.filter((service) => Object.keys(casesOf(service)).length > 0);

describe.each(withCases)('hostile rows and responses of $type', (service) => {
  const kinds = Object.entries(casesOf(service)).filter(([kind]) => kind !== 'pages');

  it.each(kinds)('are read into valid values or rejected: %s', (kind, cases) => {
    const read = readerOf(service, kind);
    const given = cases.map(([, row]) => row).filter(isObject);

    fc.assert(
      fc.property(
        fc.oneof(
          { weight: 20, arbitrary: fc.constantFrom(...given).chain(hostileRow) },
          { weight: 1, arbitrary: hostileValue },
        ),
        (hostile) => {
          const result = read(hostile);

          if (typeof result === 'string' && LISTS.includes(kind))
            expect([...REJECTION_REASONS, 'ignored']).toContain(result);
          else expect(faultsIn(result)).toEqual([]);
        },
      ),
      { numRuns: RUNS },
    );
  });
});
