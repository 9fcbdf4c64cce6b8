import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeSample } from '../../src/metrics/exposition.ts';
import { createLineBuffer } from '../../src/metrics/line-buffer.ts';

interface Line {
  readonly labels: string;
  readonly moreLabels: string;
  readonly value: number;
}

const METRIC = Buffer.from('metric{');
const textOf = (lines: readonly Line[]): string =>
  lines.map(({ labels, moreLabels, value }) => writeSample('metric', labels + moreLabels, value)).join('');

const label = fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => `id="${text}"`);
const value = fc.oneof(
  fc.nat(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(0, -0, 9, 10, 99, 100, Number.MAX_SAFE_INTEGER, 2 ** 53, 1e21, Number.NaN, -1.5, Infinity),
);
const lines = fc.array(fc.record({ labels: label, moreLabels: fc.oneof(fc.constant(''), label), value }));

describe('a buffer of lines', () => {
  it('contains the lines in order', () => {
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 4 }), (pieces) => {
        const buffer = createLineBuffer();

        for (const piece of pieces) {
          for (const { labels, moreLabels, value } of piece) {
            buffer.add(METRIC, Buffer.from(labels), moreLabels, value);
          }
          expect(buffer.take().toString()).toBe(textOf(piece));
        }
      }),
    );
  });

  it('grows as necessary', () => {
    const buffer = createLineBuffer();
    const line = {
      labels: `id="${'ä'.repeat(100_000)}"`,
      moreLabels: `,name="${'語'.repeat(100_000)}"`,
      value: 7,
    };

    for (let count = 0; count < 3; count += 1) {
      buffer.add(METRIC, Buffer.from(line.labels), line.moreLabels, line.value);
    }

    expect(buffer.take().toString() === textOf([line, line, line])).toBe(true);
  });
});
