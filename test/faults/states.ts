import type { ServiceState } from '../../src/state/service-state.ts';
import type { SavedStates } from '../../src/state-file/format.ts';
import { writeStates } from '../../src/state-file/format.ts';
import { ORIGIN } from '../support/state.ts';

/** A state in which `count` backups of one graph have been counted. */
export function stateOf(count: number, fields: Partial<ServiceState> = {}): ServiceState {
  const ids = Array.from({ length: count }, (_, index) => `backup-${index}`);
  return {
    origin: ORIGIN,
    resources: new Map([
      [
        'graph-1',
        { id: 'graph-1', name: 'orders', exists: true, listing: undefined, facts: undefined, unread: true },
      ],
    ]),
    ledger: {
      listed: new Set(ids),
      open: new Set(),
      departed: new Set(['gone-before']),
      counts: new Map([['graph-1', { succeeded: count, failed: 0 }]]),
    },
    uncounted: new Set(),
    inventoryWasRead: true,
    overLimit: 0,
    excluded: new Map([
      [
        'scratch-1',
        {
          id: 'scratch-1',
          name: 'scratch',
          exists: true,
          listing: undefined,
          facts: undefined,
          unread: true,
        },
      ],
    ]),
    unlisted: 0,
    ...fields,
  };
}

/** How many backups a state has counted; undefined without a state. */
export const countIn = (state: ServiceState | undefined): number | undefined =>
  state?.ledger.counts.get('graph-1')?.succeeded;

/** The text of a state file that holds these states. */
export async function textOf(states: SavedStates): Promise<string> {
  let text = '';
  for await (const piece of writeStates(states, () => undefined)) text += piece;
  return text;
}
