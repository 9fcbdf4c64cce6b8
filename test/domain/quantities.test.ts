import { describe, expect, it } from 'vitest';
import { milliseconds } from '../../src/domain/quantities.ts';

describe('a timeout', () => {
  it('of up to half an hour in whole milliseconds is converted exactly', () => {
    const wrong = Array.from({ length: 30 * 60_000 }, (_, index) => index + 1).filter(
      (whole) => milliseconds(whole / 1000) !== whole,
    );

    expect(wrong).toEqual([]);
  });
});
