import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unixSeconds } from '../../src/domain/quantities.ts';
import { NO_BACKUPS } from '../../src/state/resource-facts.ts';
import { readState } from '../../src/state-file/format.ts';
import { stateOf, textOf } from '../support/saved-states.ts';

describe('the text of a saved state', () => {
  it('restores the state, whatever the ids and names are', () => {
    const id = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.uniqueArray(id), fc.uniqueArray(id), id, fc.nat(), (listed, departed, name, failed) => {
        const state = stateOf(1, {
          ledger: {
            listed: new Set(listed),
            open: new Set(),
            departed: new Set(departed),
            counts: new Map([[name, { succeeded: 1, failed }]]),
          },
          resources: new Map([
            [
              name,
              {
                id: name,
                name,
                firstSeen: unixSeconds(5),
                exists: false,
                listing: undefined,
                facts: undefined,
                unread: true,
              },
            ],
          ]),
        });

        expect(readState(textOf(state))).toEqual(state);
      }),
      { numRuns: 40 },
    );
  });

  it('contains the name from the rows, without the other facts', () => {
    const resource = {
      id: 'g',
      name: 'orders',
      firstSeen: unixSeconds(77),
      exists: true,
      listing: undefined,
      unread: false,
    };
    const facts = { ...NO_BACKUPS, name: 'orders', consecutiveFailures: 3 };
    const state = stateOf(1, { resources: new Map([['g', { ...resource, facts }]]) });

    const restored = readState(textOf(state)).resources.get('g');

    expect(restored).toEqual({ ...resource, facts: { ...NO_BACKUPS, name: 'orders' }, unread: true });
  });

  it('does not contain running backups, which are counted once they have finished', () => {
    const ledger = { ...stateOf(0).ledger, listed: new Set(['done', 'runs']), open: new Set(['runs']) };

    const restored = readState(textOf(stateOf(0, { ledger })));

    expect(restored.ledger.listed).toEqual(new Set(['done']));
  });

  it('takes less than 50 bytes for a backup', () => {
    const listed = new Set(Array.from({ length: 10_000 }, () => crypto.randomUUID()));

    const text = textOf(stateOf(0, { ledger: { ...stateOf(0).ledger, listed } }));

    expect(text.length).toBeLessThan(500_000);
  });
});
