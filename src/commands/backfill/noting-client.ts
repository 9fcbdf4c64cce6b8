import type { ProjectClient } from '../../cloud/client.ts';
import type { Backup } from '../../domain/backup.ts';
import type { ListSource } from '../../sources/source.ts';

/** A client that notes the items of a list while something else reads it. */
export interface NotingClient<Item> {
  readonly client: ProjectClient;
  /** What was noted, by id, as it was read last. */
  readonly noted: ReadonlyMap<string, Item>;
}

/** Notes the backups that pass by, so that their list is read once for whoever needs the rows and who their sum. */
export function noteBackups(client: ProjectClient, list: ListSource<Backup>): NotingClient<Backup> {
  const noted = new Map<string, Backup>();
  return {
    noted,
    client: {
      ...client,
      call: async (request, signal) => {
        const body = await client.call(request, signal);
        if (request.operation === list.operation) {
          for (const row of list.readPage(body)?.rows ?? []) {
            const backup = list.readRow(row);
            if (typeof backup === 'object') noted.set(backup.id, backup);
          }
        }
        return body;
      },
    },
  };
}
