import type { ServiceType } from '../domain/service.ts';
import type { Operation } from './operation.ts';

/** The fine-grained permission that each operation of a service needs, by the vendor's permission pages. */
const PERMISSIONS: Readonly<Record<ServiceType, Partial<Readonly<Record<Operation, string>>>>> = {
  ges: {
    list_backups: 'ges:backup:list',
    list_graphs: 'ges:graph:list',
    get_job: 'ges:jobs:getDetail',
  },
  'gaussdb-mysql': {
    list_backups: 'gaussdb:backup:list',
    list_instances: 'gaussdb:instance:list',
  },
};

/** The permission to grant when an operation of a service is not allowed; undefined where it is not known. */
export const permissionFor = (service: ServiceType | 'iam', operation: Operation): string | undefined =>
  service === 'iam' ? undefined : PERMISSIONS[service][operation];
