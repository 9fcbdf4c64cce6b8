import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type MovingReading,
  missedBy,
  readWhileMoving,
  type Step,
  schedules,
} from '../support/moving-list.ts';

const SCHEDULES = 2500;

const still: Step = { changes: [], answered: 0 };
const moves = (...changes: Step['changes']): Step => ({ changes, answered: 0 });

describe('a list that moves between any two of its pages', () => {
  it('is never taken for complete with a hole in it, and no row counts twice', async () => {
    const tally = new Map<string, number>();

    await fc.assert(
      fc.asyncProperty(schedules({ min: 1, max: 12 }), async (schedule) => {
        const reading = await readWhileMoving({ ...schedule, counted: true });

        expect(new Set(reading.collected).size).toBe(reading.collected.length);
        expect(reading.collected.filter((id) => !reading.ever.has(id))).toEqual([]);
        expect(reading.walks).toBeLessThanOrEqual(2);
        expect(holesIn(reading)).toEqual([]);
        tally.set(outcomeOf(reading), (tally.get(outcomeOf(reading)) ?? 0) + 1);
      }),
      { numRuns: SCHEDULES },
    );

    const outcomes = [...tally].map(([outcome, count]) => `${count} ${outcome}`).sort();
    process.stdout.write(`moving lists: ${SCHEDULES} schedules tried: ${outcomes.join(', ')}\n`);
    expect(tally.get('whole at once')).toBeGreaterThan(0);
    expect(tally.get('healed')).toBeGreaterThan(0);
    expect(tally.get('moving')).toBeGreaterThan(0);
  });

  it('is not complete because both walks missed the same row', async () => {
    const missed = await missedBy({
      rows: 18,
      order: 'oldest first',
      pageLimit: 4,
      ahead: 4,
      counted: true,
      steps: [
        moves({ kind: 'expire' }, { kind: 'start' }),
        still,
        still,
        moves({ kind: 'insert', at: 0.25 }),
        still,
        still,
        moves({ kind: 'start' }),
        { changes: [{ kind: 'finish', at: 0 }], answered: 4 },
        moves({ kind: 'prune', at: 0.25 }, { kind: 'expire' }),
      ],
    });

    expect(missed).toEqual([]);
  });

  it('is not complete after one walk in pages of a single row: one that left may have hidden another', async () => {
    const missed = await missedBy({
      rows: 1,
      order: 'oldest first',
      pageLimit: 1,
      ahead: 0,
      counted: true,
      steps: [moves({ kind: 'start' }), moves({ kind: 'expire' }, { kind: 'start' })],
    });

    expect(missed).toEqual([]);
  });

  it('does not end at a page of known rows when the service counts nothing', async () => {
    const missed = await missedBy({
      rows: 5,
      order: 'newest first',
      pageLimit: 4,
      ahead: 0,
      counted: false,
      steps: [still, moves({ kind: 'start' }, { kind: 'start' }, { kind: 'start' })],
    });

    expect(missed).toEqual([]);
  });

  it.each([3, 5, 8])(
    'finds a row that another one leaves hidden behind a page, in pages of %i',
    async (pageLimit) => {
      const reading = await readWhileMoving({
        rows: 20,
        order: 'newest first',
        pageLimit,
        ahead: 0,
        counted: true,
        steps: [still, moves({ kind: 'prune', at: 0 }, { kind: 'prune', at: 0 })],
      });

      expect(reading).toMatchObject({ kind: 'complete', unlisted: 0, walks: 2 });
      expect(reading.collected).toHaveLength(18);
    },
  );
});

const holesIn = ({ kind, unlisted, lasting, collected }: MovingReading): readonly string[] => {
  const found = new Set(collected);
  return kind === 'complete' && unlisted === 0 ? lasting.filter((id) => !found.has(id)) : [];
};

function outcomeOf({ kind, walks, unlisted }: MovingReading): string {
  if (kind === 'moving') return 'moving';
  return (walks === 1 ? 'whole at once' : 'healed') + (unlisted > 0 ? ', some unlisted' : '');
}
