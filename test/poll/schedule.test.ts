import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seconds } from '../../src/domain/quantities.ts';
import { firstPollDelay, nextPollDelay } from '../../src/poll/schedule.ts';

const INTERVAL = seconds(300);

const all = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** When the poller at `index` starts its polls, which take the given `lengths`. */
function startsOf(
  turn: { index: number; count: number },
  interval: number,
  lengths: readonly number[],
): number[] {
  const starts: number[] = [];
  let now: number = firstPollDelay(turn.index, turn.count, seconds(interval));
  for (const length of lengths) {
    starts.push(now);
    const ended = now + length;
    now = ended + nextPollDelay(turn, seconds(interval), seconds(now), seconds(ended));
  }
  return starts;
}

describe('the first polls', () => {
  it.each([1, 2, 18, 200, 1000, 1500])('of %i services start one after the other within 30 s', (count) => {
    const delays = all(count).map((index) => firstPollDelay(index, count, INTERVAL));

    expect(delays[0]).toBe(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(30);
    expect(new Set(delays).size).toBe(count);
    expect(delays).toEqual([...delays].sort((one, other) => one - other));
  });

  it('of thousands of services start at a rate of 50 per second', () => {
    const delays = all(6000).map((index) => firstPollDelay(index, 6000, INTERVAL));

    for (const second of all(120)) {
      const within = delays.filter((delay) => delay >= second && delay < second + 1);
      expect(within.length, `second ${second}`).toBeLessThanOrEqual(51);
    }
    expect(Math.max(...delays)).toBeLessThanOrEqual(120);
  });

  it('of even more services start within an interval', () => {
    expect(firstPollDelay(44_999, 45_000, INTERVAL)).toBeLessThanOrEqual(300);
    expect(firstPollDelay(44_999, 45_000, seconds(60))).toBeLessThanOrEqual(60);
    expect(firstPollDelay(9999, 10_000, seconds(1))).toBeLessThanOrEqual(30);
  });

  it('of a few services start almost at once', () => {
    expect(firstPollDelay(17, 18, INTERVAL)).toBeLessThan(2);
  });

  it('of 200 services are spread evenly', () => {
    const delays = all(200).map((index) => firstPollDelay(index, 200, INTERVAL));

    for (const second of all(30)) {
      const within = delays.filter((delay) => delay >= second && delay < second + 1);
      expect(within.length, `second ${second}`).toBeLessThanOrEqual(11);
    }
  });
});

describe('the following polls', () => {
  it('of 200 services are spread evenly over the interval', () => {
    const phases = all(200)
      .map((index) => (startsOf({ index, count: 200 }, 300, [1, 1, 1, 1]).at(-1) ?? 0) % 300)
      .sort((one, other) => one - other);

    const gaps = phases.slice(1).map((phase, n) => phase - (phases[n] ?? 0));
    expect(Math.min(...gaps)).toBeCloseTo(1.5, 6);
    expect(Math.max(...gaps)).toBeCloseTo(1.5, 6);
  });

  it('of one service start at the interval', () => {
    expect(startsOf({ index: 0, count: 1 }, 300, [10, 10, 10, 10])).toEqual([0, 300, 600, 900]);
  });

  it.each([
    ['shorter than the interval', [10, 299, 10], [0, 300, 600]],
    ['exactly as long as the interval', [300, 10, 10], [0, 300, 600]],
    ['longer than the interval: missed ones are skipped', [301, 10, 10], [0, 600, 900]],
    ['much longer', [1000, 10, 10], [0, 1200, 1500]],
  ])('start on time after a poll that is %s', (_what, lengths, expected) => {
    expect(startsOf({ index: 0, count: 1 }, 300, lengths)).toEqual(expected);
  });

  it('skip a start within half an interval of the first', () => {
    const [first = 0, second = 0] = startsOf({ index: 10, count: 100 }, 300, [1, 1]);

    expect(first).toBe(1);
    expect(second).toBe(330);
  });

  it('of one service are always at least half an interval apart, without gaps, whatever their duration', () => {
    const cases = fc.record({
      count: fc.integer({ min: 1, max: 300 }),
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      interval: fc.integer({ min: 1, max: 1800 }),
      lengths: fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 2, maxLength: 12 }),
    });

    fc.assert(
      fc.property(cases, ({ count, at, interval, lengths }) => {
        const turn = { index: Math.floor(at * count), count };
        const starts = startsOf(
          turn,
          interval,
          lengths.map((length) => length * interval),
        );

        for (const [n, next] of starts.slice(1).entries()) {
          const before = starts[n] ?? 0;
          const length = (lengths[n] ?? 0) * interval;
          expect(next - before).toBeGreaterThanOrEqual(interval / 2 - 1e-6);
          expect(next - before).toBeLessThanOrEqual(Math.max(length, interval / 2) + interval + 1e-6);
        }
      }),
      { numRuns: 500 },
    );
  });
});
