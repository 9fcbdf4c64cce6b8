import type { Backup, Resource } from '../../src/domain/backup.ts';
import type { List, ServiceApi } from '../../src/services/service.ts';
import { gaussdbService, gesService } from './config.ts';

/** The lists of a service that has one for all backups of a project. */
export interface Lists {
  readonly backups: List<Backup>;
  readonly resources: List<Resource>;
}

function listsOf({ backups, resources }: ServiceApi): Lists {
  if (backups.of !== 'project') throw new Error('there is no list of all backups');
  return { backups: backups.list, resources };
}

export const GES_V2 = listsOf(gesService().api);
export const GES_V1 = listsOf(gesService({ apiVersion: 'v1.0' }).api);
export const GAUSSDB_MYSQL = listsOf(gaussdbService().api);
