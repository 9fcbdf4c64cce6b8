import { CONSISTENT, disproved, NOT_SEEN, ofBackups } from '../assumptions.ts';
import {
  createBody,
  databaseBackups,
  databaseErrors,
  databaseInstances,
  databaseJobs,
  readDatabaseStarted,
  typeOf,
} from '../database.ts';
import { databasePolicies } from '../database-policy.ts';
import { readBoolean, readKibibytes } from '../fields.ts';
import { defineService, pagesOf, type ServiceApi } from '../service.ts';

const backups = (query: Readonly<Record<string, string>>) =>
  databaseBackups({
    path: '/v3/{project_id}/backups',
    query,
    permission: { role: 'dds:backup:list' },
    size: readKibibytes,
    states: new Map([['DISABLED', 'ignored']]),
    ignores: (row) => typeOf(row) === 'incremental',
    encrypted: ({ kms_enable: encrypted }) => readBoolean(encrypted),
  });

const api: ServiceApi = {
  resources: databaseInstances({ permission: { role: 'dds:instance:list' } }),
  backups: { of: 'project', list: backups({}), ofResource: ({ id }) => [backups({ instance_id: id })] },
  policies: databasePolicies('v3', { role: 'dds:instance:list' }),
  actions: {
    create: ({ id }, name) => ({
      operation: 'create_backup',
      method: 'POST',
      path: '/v3/{project_id}/backups',
      body: { backup: createBody(id, name) },
      permission: { role: 'dds:instance:createManualBackup' },
    }),
    readCreated: readDatabaseStarted,
    job: databaseJobs({ role: 'dds:task:list' }),
  },
};

/** Document Database Service: MongoDB. */
export const dds = defineService({
  type: 'dds',
  title: 'Document Database Service (DDS)',
  resource: { one: 'instance', many: 'instances' },
  settings: {},
  host: () => ({ label: 'dds' }),
  errors: databaseErrors({ 'DBS.200010': { kind: 'auth' } }),
  readOnlyRoles: ['DDS ReadOnlyAccess'],
  vendorWords: {
    names: 'kms_enable',
    words: 'DDS-Community DDS-Enhanced Sharding ReplicaSet',
    codes: 'DDS',
  },
  unverified: [
    {
      id: 'kilobyte',
      sentence: 'KB means 2^10 bytes, not 10^3.',
    },
    {
      id: 'running-end',
      sentence: 'A running backup has no end time.',
      judge: ofBackups(({ row, backup }) => {
        if (backup.state !== 'running') return NOT_SEEN;
        const end = row['end_time'] ?? '';
        return end === '' || end === row['begin_time']
          ? CONSISTENT
          : disproved('a running backup has an end');
      }),
    },
  ],
  requests: (resources, backups) => pagesOf(backups, 100) + pagesOf(resources, 100),
  simulated: () => import('./simulated.ts').then(({ simulatedDds }) => simulatedDds),
  api: () => api,
});
