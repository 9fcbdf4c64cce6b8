import type { Backup } from '../../domain/backup.ts';
import { readCompleteList } from '../../pagination/complete-list.ts';
import { pagedList } from '../../pagination/list-source.ts';
import type { FetchPage } from '../../pagination/page-reader.ts';
import type { Collector } from '../../pagination/walk.ts';
import { WalkError } from '../../pagination/walk.ts';
import { actionsOf } from '../../sources/actions.ts';
import { CommandError } from '../command-error.ts';
import type { ResourceInService } from './find.ts';

interface Listing extends Collector<Backup> {
  readonly backups: readonly Backup[];
}

/**
 * Reads the backups of one resource as they are listed now; undefined when the list moved while it was read. Rejects
 * with a `CloudFailure`, or with a {@link CommandError} when the answer is not a list.
 */
export async function readBackupsOf(
  { resource, service: { client, service } }: ResourceInService,
  signal: AbortSignal,
): Promise<readonly Backup[] | undefined> {
  const { list, query } = actionsOf(service.type).backupsOf(resource.id);
  const fetchPage: FetchPage = (pageQuery, pageSignal) =>
    client.call(
      {
        operation: list.operation,
        service: service.type,
        method: 'GET',
        endpoint: service.endpoint,
        path: list.path,
        query: { ...query, ...pageQuery },
        body: undefined,
      },
      pageSignal,
    );
  try {
    const reading = await readCompleteList(pagedList(list), fetchPage, createListing, {
      ahead: 0,
      signal,
    });
    if (reading.kind === 'moving') return undefined;
    // A service that does not know the filter answers with everything.
    return reading.items.backups.filter(({ resourceId }) => resourceId === resource.id);
  } catch (error) {
    if (error instanceof WalkError)
      throw new CommandError('the answer is not a list of backups; check the endpoint');
    throw error;
  }
}

function createListing(): Listing {
  const backups: Backup[] = [];
  return { backups, add: (backup) => void backups.push(backup) };
}
