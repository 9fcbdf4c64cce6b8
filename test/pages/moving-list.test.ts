import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWhileMoving, type Schedule, schedules } from '../support/moving-list.ts';

const SCHEDULES = 2000;

async function expectHonest(schedule: Schedule, tally: Map<string, number>): Promise<void> {
  const reading = await readWhileMoving(schedule);

  expect(new Set(reading.collected).size).toBe(reading.collected.length);
  expect(reading.collected.filter((id) => !reading.ever.has(id))).toEqual([]);
  expect(reading.walks).toBeLessThanOrEqual(2);
  if (reading.kind === 'complete' && reading.unlisted === 0) {
    const collected = new Set(reading.collected);
    expect(reading.lasting.filter((id) => !collected.has(id))).toEqual([]);
  }
  const outcome =
    reading.kind === 'moving'
      ? 'moving'
      : `${reading.walks === 1 ? 'whole at once' : 'healed'}${reading.unlisted > 0 ? ', some unlisted' : ''}`;
  tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
}

describe('a list that moves between any two of its pages', () => {
  it('is never taken for complete with a hole in it, and no row counts twice', async () => {
    const tally = new Map<string, number>();

    await fc.assert(
      fc.asyncProperty(schedules({ min: 5, max: 12 }), (schedule) => expectHonest(schedule, tally)),
      { numRuns: SCHEDULES },
    );

    const outcomes = [...tally].map(([outcome, count]) => `${count} ${outcome}`).sort();
    process.stdout.write(`moving lists: ${SCHEDULES} schedules tried: ${outcomes.join(', ')}\n`);
    expect(tally.get('whole at once')).toBeGreaterThan(0);
    expect(tally.get('healed')).toBeGreaterThan(0);
    expect(tally.get('moving')).toBeGreaterThan(0);
  });
});
