import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seconds } from '../../src/domain/quantities.ts';
import { firstPollDelay, nextPollDelay } from '../../src/poll/schedule.ts';

const INTERVAL = seconds(300);

const all = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** When the poller at `index` begins its polls, each taking as long as told. */
function beginnings(
  turn: { index: number; count: number },
  interval: number,
  lengths: readonly number[],
): number[] {
  const begun: number[] = [];
  let now: number = firstPollDelay(turn.index, turn.count, seconds(interval));
  for (const length of lengths) {
    begun.push(now);
    const ended = now + length;
    now = ended + nextPollDelay(turn, seconds(interval), seconds(now), seconds(ended));
  }
  return begun;
}

describe('the first polls', () => {
  it.each([1, 2, 18, 200, 1000, 1500])('of %i services begin one after the other within 30 s', (count) => {
    const delays = all(count).map((index) => firstPollDelay(index, count, INTERVAL));

    expect(delays[0]).toBe(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(30);
    expect(new Set(delays).size).toBe(count);
    expect(delays).toEqual([...delays].sort((one, other) => one - other));
  });

  it('of thousands of services begin 50 in each second', () => {
    const delays = all(6000).map((index) => firstPollDelay(index, 6000, INTERVAL));

    for (const second of all(120)) {
      const within = delays.filter((delay) => delay >= second && delay < second + 1);
      expect(within.length, `second ${second}`).toBeLessThanOrEqual(51);
    }
    expect(Math.max(...delays)).toBeLessThanOrEqual(120);
  });

  it('of more services than that begin within an interval', () => {
    expect(firstPollDelay(44_999, 45_000, INTERVAL)).toBeLessThanOrEqual(300);
    expect(firstPollDelay(44_999, 45_000, seconds(60))).toBeLessThanOrEqual(60);
    expect(firstPollDelay(9999, 10_000, seconds(1))).toBeLessThanOrEqual(30);
  });

  it('of a few services do not keep anyone waiting', () => {
    expect(firstPollDelay(17, 18, INTERVAL)).toBeLessThan(2);
  });

  it('of 200 services are not bunched', () => {
    const delays = all(200).map((index) => firstPollDelay(index, 200, INTERVAL));

    for (const second of all(30)) {
      const within = delays.filter((delay) => delay >= second && delay < second + 1);
      expect(within.length, `second ${second}`).toBeLessThanOrEqual(11);
    }
  });
});

describe('the polls that follow', () => {
  it('of 200 services are spread evenly over the interval', () => {
    const phases = all(200)
      .map((index) => (beginnings({ index, count: 200 }, 300, [1, 1, 1, 1]).at(-1) ?? 0) % 300)
      .sort((one, other) => one - other);

    const gaps = phases.slice(1).map((phase, n) => phase - (phases[n] ?? 0));
    expect(Math.min(...gaps)).toBeCloseTo(1.5, 6);
    expect(Math.max(...gaps)).toBeCloseTo(1.5, 6);
  });

  it('of one service keep to the interval', () => {
    expect(beginnings({ index: 0, count: 1 }, 300, [10, 10, 10, 10])).toEqual([0, 300, 600, 900]);
  });

  it.each([
    ['shorter than the interval', [10, 299, 10], [0, 300, 600]],
    ['just as long as the interval', [300, 10, 10], [0, 300, 600]],
    ['longer than the interval: the missed ones are left out', [301, 10, 10], [0, 600, 900]],
    ['much longer', [1000, 10, 10], [0, 1200, 1500]],
  ])('begin on time after a poll that is %s', (_what, lengths, expected) => {
    expect(beginnings({ index: 0, count: 1 }, 300, lengths)).toEqual(expected);
  });

  it('leave out a turn that comes within half an interval of the first', () => {
    const [first = 0, second = 0] = beginnings({ index: 10, count: 100 }, 300, [1, 1]);

    expect(first).toBe(1);
    expect(second).toBe(330);
  });

  it('of one service never follow within half an interval and never leave a gap, whatever the polls take', () => {
    const cases = fc.record({
      count: fc.integer({ min: 1, max: 300 }),
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      interval: fc.integer({ min: 1, max: 1800 }),
      lengths: fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 2, maxLength: 12 }),
    });

    fc.assert(
      fc.property(cases, ({ count, at, interval, lengths }) => {
        const turn = { index: Math.floor(at * count), count };
        const begun = beginnings(
          turn,
          interval,
          lengths.map((length) => length * interval),
        );

        for (const [n, next] of begun.slice(1).entries()) {
          const before = begun[n] ?? 0;
          const length = (lengths[n] ?? 0) * interval;
          expect(next - before).toBeGreaterThanOrEqual(interval / 2 - 1e-6);
          expect(next - before).toBeLessThanOrEqual(Math.max(length, interval / 2) + interval + 1e-6);
        }
      }),
      { numRuns: 500 },
    );
  });
});
