import { describe, expect, it } from 'vitest';
import { parseOpenMetrics, parseText } from '../support/exposition-parser.ts';

const gauge = (name: string, ...samples: readonly string[]) =>
  `# TYPE ${name} gauge\n# HELP ${name} Help.\n${samples.map((sample) => `${sample}\n`).join('')}`;

describe('the exposition parser of the tests', () => {
  it('accepts valid text', () => {
    expect(
      parseOpenMetrics(`${gauge('a', 'a{x="1\\n"} 1', 'a{x="2"} +Inf')}${gauge('b')}# EOF\n`),
    ).toMatchObject([
      { name: 'a', samples: [{ labels: { x: '1\n' }, value: 1 }, { value: Number.POSITIVE_INFINITY }] },
      { name: 'b', samples: [] },
    ]);
  });

  it.each([
    ['has no end', gauge('a', 'a 1')],
    ['continues after its end', `${gauge('a', 'a 1')}# EOF\n# EOF\n`],
    ['has a line after its end', `# EOF\n${gauge('a', 'a 1')}`],
    ['has a series twice', `${gauge('a', 'a{x="1",y="2"} 1', 'a{y="2",x="1"} 2')}# EOF\n`],
    [
      'has a family that is split',
      `${gauge('a', 'a 1')}${gauge('b', 'b 1')}${gauge('a', 'a{x="1"} 1')}# EOF\n`,
    ],
    ['mixes families', `${gauge('a', 'a 1', 'b 1')}# EOF\n`],
    ['has a sample without a family', 'a 1\n# EOF\n'],
    ['has help before type', '# HELP a Help.\n# TYPE a gauge\na 1\n# EOF\n'],
    ['has a unit that is not in the name', '# TYPE a gauge\n# UNIT a seconds\n# HELP a Help.\na 1\n# EOF\n'],
    ['has a counter without its suffix', '# TYPE a counter\n# HELP a Help.\na 1\n# EOF\n'],
    ['has a negative counter', '# TYPE a counter\n# HELP a Help.\na_total -1\n# EOF\n'],
    ['has a bad escape', `${gauge('a', 'a{x="\\t"} 1')}# EOF\n`],
    ['has an open quote', `${gauge('a', 'a{x="1} 1')}# EOF\n`],
    ['has a label twice', `${gauge('a', 'a{x="1",x="2"} 1')}# EOF\n`],
    ['has a lone surrogate', `${gauge('a', 'a{x="\ud800"} 1')}# EOF\n`],
    ['has no number', `${gauge('a', 'a Nan')}# EOF\n`],
    ['has undefined instead of a number', `${gauge('a', 'a undefined')}# EOF\n`],
    ['has an empty line', `${gauge('a', 'a 1', '')}# EOF\n`],
    ['has a trailing comma', `${gauge('a', 'a{x="1",} 1')}# EOF\n`],
  ])('rejects OpenMetrics that %s', (_what, text) => {
    expect(() => parseOpenMetrics(text)).toThrow();
  });

  it.each([
    ['has type before help', '# TYPE a gauge\n# HELP a Help.\na 1\n'],
    ['has a family twice', '# HELP a H.\n# TYPE a gauge\na 1\n# HELP a H.\n# TYPE a gauge\na{x="1"} 1\n'],
    ['has no final newline', '# HELP a H.\n# TYPE a gauge\na 1'],
    [
      'has decreasing buckets',
      '# HELP a H.\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n',
    ],
  ])('rejects text that %s', (_what, text) => {
    expect(() => parseText(text)).toThrow();
  });
});
