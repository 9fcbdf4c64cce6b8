import { describe, expect, it } from 'vitest';
import { milliseconds } from '../../src/domain/quantities.ts';

describe('a duration', () => {
  it('of whole milliseconds up to half an hour is a whole number for timers', () => {
    const wrong = Array.from({ length: 30 * 60_000 }, (_, index) => index + 1).filter(
      (whole) => milliseconds(whole / 1000) !== whole,
    );

    expect(wrong).toEqual([]);
  });
});
