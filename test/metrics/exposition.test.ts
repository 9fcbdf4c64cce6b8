import { describe, expect, it } from 'vitest';
import { writeLabel, writeMetadata, writeSample } from '../../src/metrics/exposition.ts';
import { parseOpenMetrics, parseText } from '../support/exposition-parser.ts';

const metric = (fields: Partial<Parameters<typeof writeMetadata>[0]> = {}) => ({
  name: 'backup_age',
  type: 'gauge',
  help: 'How old it is.',
  ...fields,
});

describe('a label', () => {
  it.each([
    ['plain', 'x="plain"'],
    ['', 'x=""'],
    ['a "quoted" one', String.raw`x="a \"quoted\" one"`],
    [String.raw`C:\new`, String.raw`x="C:\\new"`],
    ['two\nlines', String.raw`x="two\nlines"`],
    ['\\"\n', String.raw`x="\\\"\n"`],
    ['tab\tand\rreturn', 'x="tab\tand\rreturn"'],
    ['{a="b",c="d"} 1', String.raw`x="{a=\"b\",c=\"d\"} 1"`],
    ['图 ☃ 😀', 'x="图 ☃ 😀"'],
  ])('of %j is %s', (value, text) => {
    expect(writeLabel('x', value)).toBe(text);
  });
});

describe('a value', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [1, '1'],
    [1_623_242_004, '1623242004'],
    [1_623_242_004.5, '1623242004.5'],
    [0.1, '0.1'],
    [1e-7, '1e-7'],
    [1e21, '1e+21'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
  ])('of %s is written %s', (value, text) => {
    expect(writeSample('m', '', value)).toBe(`m ${text}\n`);
    expect(writeSample('m', 'a="b"', value)).toBe(`m{a="b"} ${text}\n`);
  });
});

describe('the metadata before samples', () => {
  it.each([
    ['a gauge', metric(), '# HELP backup_age How old it is.\n# TYPE backup_age gauge\n'],
    [
      'a counter',
      metric({ name: 'polls_total', type: 'counter' }),
      '# HELP polls_total How old it is.\n# TYPE polls_total counter\n',
    ],
    [
      'a help text of two lines',
      metric({ help: 'a\\\n"b"' }),
      '# HELP backup_age a\\\\\\n"b"\n# TYPE backup_age gauge\n',
    ],
  ])('is help and type in the text format: %s', (_what, described, text) => {
    expect(writeMetadata(described, 'text')).toBe(text);
    expect(parseText(text)).toMatchObject([{ help: described.help, type: described.type }]);
  });

  it.each([
    ['a gauge', metric(), '# TYPE backup_age gauge\n# HELP backup_age How old it is.\n'],
    [
      'a gauge with a unit',
      metric({ name: 'age_seconds' }),
      '# TYPE age_seconds gauge\n# UNIT age_seconds seconds\n# HELP age_seconds How old it is.\n',
    ],
    [
      'a counter, without its suffix',
      metric({ name: 'polls_total', type: 'counter' }),
      '# TYPE polls counter\n# HELP polls How old it is.\n',
    ],
    [
      'a counter with a unit',
      metric({ name: 'cpu_seconds_total', type: 'counter' }),
      '# TYPE cpu_seconds counter\n# UNIT cpu_seconds seconds\n# HELP cpu_seconds How old it is.\n',
    ],
    [
      'a help text of two lines',
      metric({ help: 'a\\\n"b"' }),
      '# TYPE backup_age gauge\n# HELP backup_age a\\\\\\n\\"b\\"\n',
    ],
  ])('is type, unit and help in OpenMetrics: %s', (_what, described, text) => {
    expect(writeMetadata(described, 'openmetrics')).toBe(text);
    expect(parseOpenMetrics(`${text}# EOF\n`)).toMatchObject([
      { help: described.help, type: described.type },
    ]);
  });
});
