import { describe, expect, it } from 'vitest';
import { missedBy } from '../support/moving-list.ts';

describe('a list in pages of a single row, which cannot overlap', () => {
  it('is not complete after one walk: a row that left may have hidden another', async () => {
    const missed = await missedBy({
      rows: 1,
      order: 'oldest first',
      pageLimit: 1,
      ahead: 0,
      counted: true,
      steps: [
        { changes: [{ kind: 'start' }], answered: 0 },
        { changes: [{ kind: 'expire' }, { kind: 'start' }], answered: 0 },
      ],
    });

    expect(missed).toEqual([]);
  });
});

describe('a list that the service does not count', () => {
  it('does not end at a page of known rows that ends where the page before it ended', async () => {
    const missed = await missedBy({
      rows: 5,
      order: 'newest first',
      pageLimit: 4,
      ahead: 0,
      counted: false,
      steps: [
        { changes: [], answered: 0 },
        { changes: [{ kind: 'start' }, { kind: 'start' }, { kind: 'start' }], answered: 0 },
      ],
    });

    expect(missed).toEqual([]);
  });
});
