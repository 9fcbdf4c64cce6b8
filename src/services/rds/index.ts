import { seconds } from '../../domain/quantities.ts';
import {
  createBody,
  databaseBackups,
  databaseErrors,
  databaseInstances,
  readDatabaseStarted,
  typeOf,
} from '../database.ts';
import { databasePolicies } from '../database-policy.ts';
import { type JsonObject, readKibibytes } from '../fields.ts';
import { defineService, pagesOf, type ServiceApi } from '../service.ts';

// Without `backup_type` a list may include log backups, one every five minutes; these lists contain full backups only.
const FULL_BACKUPS = ['auto', 'manual'] as const;

const backupsOf = (instanceId: string) =>
  FULL_BACKUPS.map((type) =>
    databaseBackups({
      path: '/v3/{project_id}/backups',
      query: { instance_id: instanceId, backup_type: type },
      permission: { role: 'rds:backup:list' },
      size: readKibibytes,
      ignores: isPartial,
    }),
  );

const api: ServiceApi = {
  resources: databaseInstances({
    permission: { role: 'rds:instance:list', identity: 'rds:instance:listAll' },
    notExpected: (row) => (typeOf(row) === 'replica' ? 'read replica' : undefined),
  }),
  backups: { of: 'resource', ofResource: ({ id }) => backupsOf(id) },
  policies: databasePolicies('v3', { role: 'rds:instance:list' }),
  actions: {
    create: ({ id }, name) => ({
      operation: 'create_backup',
      method: 'POST',
      path: '/v3/{project_id}/backups',
      body: createBody(id, name),
      permission: { role: 'rds:backup:create' },
    }),
    readCreated: readDatabaseStarted,
  },
};

/** Log and differential backups, and manual backups of some databases of SQL Server; automatic ones are always complete. */
function isPartial(backup: JsonObject): boolean {
  const type = typeOf(backup);
  const { databases } = backup;
  if (type === 'incremental' || type === 'fragment') return true;
  return type === 'manual' && Array.isArray(databases) && databases.length > 0;
}

/** Relational Database Service: MySQL, PostgreSQL, SQL Server, MariaDB. */
export const rds = defineService({
  type: 'rds',
  title: 'Relational Database Service (RDS)',
  resource: { one: 'instance', many: 'instances' },
  settings: {},
  host: () => ({ label: 'rds' }),
  errors: databaseErrors({
    'DBS.200010': { kind: 'permission' },
    'RDS.3003': { kind: 'refused', words: 'the quota of manual backups is used up; delete an old one first' },
  }),
  readOnlyRoles: ['RDS ReadOnlyAccess'],
  vendorWords: {
    words: 'MySQL PostgreSQL SQLServer MariaDB Single Ha Replica',
    codes: 'RDS',
  },
  unverified: [
    {
      id: 'log-backups',
      sentence:
        'A list without `backup_type` may include log backups, so automatic and manual backups are listed separately.',
    },
    {
      id: 'kilobyte',
      sentence: 'KB means 2^10 bytes, not 10^3.',
    },
    {
      id: 'databases',
      sentence: 'A manual backup whose row lists `databases` contains only these; it is ignored.',
    },
  ],
  requests: (resources) => 2 * resources + pagesOf(resources, 100),
  defaultInterval: seconds(900),
  simulated: () => import('./simulated.ts').then(({ simulatedRds }) => simulatedRds),
  api: () => api,
});
