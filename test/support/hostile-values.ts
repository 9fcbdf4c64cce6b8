import fc from 'fast-check';
import type { JsonRow } from './rows.ts';

/** An invalid value of a field. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    ' ',
    0,
    -0,
    -1,
    1e308,
    -1e308,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_VALUE,
    'NaN',
    '1e308',
    '-5',
    '9007199254740991',
    '2024-02-31T00:00:00+0800',
    '9999-12-31T23:59:59-1400',
    '0000-01-01T00:00:00Z',
    'x'.repeat(257),
    'y'.repeat(100_000),
    '"',
    '\\',
    '\n# EOF\n',
    'a\0b',
    '\ud800',
    '\udfff\ud800',
    '__proto__',
    'constructor',
    true,
    false,
    [],
    {},
    [[]],
    { version: { version: 1 } },
    { toString: 'not a function' },
  ),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.double(),
  fc.integer(),
  fc.jsonValue({ maxDepth: 2 }),
);

/** A row with some fields replaced, removed or added. */
export const hostileRow = (row: JsonRow): fc.Arbitrary<JsonRow> =>
  fc
    .dictionary(fc.constantFrom(...Object.keys(row), '__proto__', 'unknown field'), hostileValue, {
      maxKeys: 6,
    })
    .map((bends) => ({ ...row, ...bends }));
