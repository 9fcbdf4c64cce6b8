import { expect, it } from 'vitest';
import type { Backup } from '../../src/domain/backup.ts';
import { readProjectBackups } from '../../src/poll/read-backups.ts';
import { listItems } from '../../src/poll/read-list.ts';
import { widgetService } from '../support/config.ts';
import { listsOf } from '../support/lists.ts';
import { backupRow, WIDGETS } from '../support/made-up-services.ts';

const PAGE = { total: 10, rows: [backupRow({ id: 'a' }), backupRow({ id: 'b' })] };

/** Reads from a service that returns the same page for every offset. */
function readRepeated(listedBefore: readonly string[] | undefined) {
  const client = {
    call: async () => PAGE,
    projectId: () => undefined,
    passwordExpiresAt: () => undefined,
    reload: () => undefined,
    close: async () => undefined,
  };
  return readProjectBackups(
    { client, service: widgetService(), ahead: 3 },
    listsOf(WIDGETS.api({})).backups,
    listItems<Backup>,
    listedBefore && { ids: new Set(listedBefore), failedRuns: [] },
    new AbortController().signal,
  );
}

it('an endlessly repeated page is incomplete if more was listed before', async () => {
  expect(await readRepeated(['a', 'b', 'c'])).toMatchObject({ kind: 'failed', outcome: 'incomplete' });
});

it.each([[undefined], [['a', 'b']]])(
  'an endlessly repeated page is the whole list after %j',
  async (before) => {
    expect(await readRepeated(before)).toMatchObject({ kind: 'read', unlisted: 8 });
  },
);
