import type { Backup } from '../../domain/backup.ts';
import { readCompleteList } from '../../pagination/complete-list.ts';
import type { FetchPage } from '../../pagination/page-reader.ts';
import { WalkError } from '../../pagination/walk.ts';
import { listItems, send, withPage } from '../../poll/read-list.ts';
import { CommandError } from '../command-error.ts';
import type { ResourceInService } from './find.ts';

/**
 * Reads the current backups of one resource; undefined if the list changed meanwhile. Rejects with a `CloudFailure`, or
 * with a {@link CommandError} if the response is not a list.
 */
export async function readBackupsOf(
  { resource, service: { client, service } }: ResourceInService,
  signal: AbortSignal,
): Promise<readonly Backup[] | undefined> {
  const lists = await Promise.all(
    service.api.backups.ofResource(resource).map(async (list) => {
      const fetchPage: FetchPage = (page, pageSignal) =>
        send({ client, service }, withPage(list.call, page), pageSignal);
      try {
        return await readCompleteList(list, fetchPage, listItems<Backup>, { ahead: 0, signal });
      } catch (error) {
        if (!(error instanceof WalkError)) throw error;
        throw new CommandError('the response is not a list of backups; check the endpoint');
      }
    }),
  );
  const backups: Backup[] = [];
  for (const list of lists) {
    if (list.kind === 'moving') return undefined;
    // A service that ignores the filter lists everything.
    backups.push(...list.items.items.filter(({ resourceId }) => resourceId === resource.id));
  }
  return backups;
}
