import { expect, it } from 'vitest';
import type { Backup } from '../../src/domain/backup.ts';
import { readProjectBackups } from '../../src/poll/read-backups.ts';
import { listItems } from '../../src/poll/read-list.ts';
import { gesService } from '../support/config.ts';
import { GES_V2 } from '../support/lists.ts';
import { gesV2Row } from '../support/rows.ts';

const PAGE = { backup_count: 10, backup_list: [gesV2Row({ id: 'a' }), gesV2Row({ id: 'b' })] };

/** Reads from a service that answers every offset with the same page. */
function readRepeated(listedBefore: readonly string[] | undefined) {
  const client = {
    call: async () => PAGE,
    projectId: () => undefined,
    passwordExpiresAt: () => undefined,
    reload: () => undefined,
    close: async () => undefined,
  };
  return readProjectBackups(
    { client, service: gesService(), ahead: 3 },
    GES_V2.backups,
    listItems<Backup>,
    listedBefore && new Set(listedBefore),
    new AbortController().signal,
  );
}

it('a page repeated for ever is not believed where more was listed before', async () => {
  expect(await readRepeated(['a', 'b', 'c'])).toMatchObject({ kind: 'failed', outcome: 'incomplete' });
});

it.each([[undefined], [['a', 'b']]])(
  'a page repeated for ever is all that the service lists after %j',
  async (before) => {
    expect(await readRepeated(before)).toMatchObject({ kind: 'read', unlisted: 8 });
  },
);
