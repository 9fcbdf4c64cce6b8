import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSampleLines, type SampleTimes } from '../../src/backfill/sample-lines.ts';

/** The pieces that lines of one series after the other come in. */
function piecesOf(
  series: readonly (readonly [start: string, times: SampleTimes])[],
  pieceLength: number,
): readonly string[] {
  const lines = createSampleLines(pieceLength);
  const pieces: string[] = [];
  const take = (): void => void pieces.push(Buffer.from(lines.take()).toString());
  for (const [start, times] of series) {
    for (let rest = times; rest.count > 0; ) {
      rest = lines.add(Buffer.from(start), rest);
      if (rest.count > 0) take();
    }
  }
  take();
  return pieces;
}

const plainLines = (start: string, { first, step, count }: SampleTimes): string =>
  Array.from({ length: count }, (_, index) => `${start}${first + index * step}\n`).join('');

describe('lines of samples', () => {
  it.each([
    { first: 0, step: 3, count: 40 },
    { first: 7, step: 1, count: 1 },
    { first: 98, step: 1, count: 5 },
    { first: 999_999_880, step: 60, count: 5 },
    { first: 1_782_900_000, step: 240, count: 10_800 },
    { first: 4_294_967_295, step: 86_400, count: 3 },
  ])('are one for each of the times %j', (times) => {
    expect(piecesOf([['a{b="ü"} 1 ', times]], 4096).join('')).toBe(plainLines('a{b="ü"} 1 ', times));
  });

  it('are what they would be one by one, whatever there is of them, and no piece is longer than asked for', () => {
    const times = fc.record({
      first: fc.oneof(fc.nat(2000), fc.integer({ min: 1_782_900_000, max: 1_782_999_999 })),
      step: fc.integer({ min: 1, max: 5000 }),
      count: fc.integer({ min: 1, max: 60 }),
    });
    const series = fc.tuple(fc.string({ unit: 'grapheme', maxLength: 20 }), times);

    fc.assert(
      fc.property(fc.array(series, { maxLength: 12 }), fc.integer({ min: 200, max: 1000 }), (all, length) => {
        const pieces = piecesOf(all, length);

        expect(pieces.join('')).toBe(all.map(([start, of]) => plainLines(start, of)).join(''));
        for (const piece of pieces.filter((text) => text.split('\n').length > 2)) {
          expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(length);
        }
      }),
    );
  });

  it('hold one that is longer than a piece', () => {
    const long = 'x'.repeat(100);
    const times = { first: 1, step: 1, count: 3 };

    expect(piecesOf([[long, times]], 10)).toEqual([`${long}1\n`, `${long}2\n`, `${long}3\n`]);
  });

  it('leave a piece alone while the next one is made', () => {
    const lines = createSampleLines(64);
    lines.add(Buffer.from('first '), { first: 1, step: 1, count: 1 });
    const first = lines.take();
    lines.add(Buffer.from('second '), { first: 2, step: 1, count: 1 });

    expect(Buffer.from(first).toString()).toBe('first 1\n');
    expect(Buffer.from(lines.take()).toString()).toBe('second 2\n');
  });
});
