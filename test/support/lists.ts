import type { Backup, Resource } from '../../src/domain/backup.ts';
import type { List, ServiceApi } from '../../src/services/service.ts';

/** The lists of a service with one list for all backups of a project. */
export interface Lists {
  readonly backups: List<Backup>;
  readonly resources: List<Resource>;
}

/** The lists of an API, which must have one for all backups of a project. */
export function listsOf({ backups, resources }: ServiceApi): Lists {
  if (backups.of !== 'project') throw new Error('there is no list of all backups');
  return { backups: backups.list, resources };
}
