import { CONSISTENT, disproved, NOT_SEEN } from '../assumptions.ts';
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
import { type JsonObject, readKibibytes } from '../fields.ts';
import { defineService, pagesOf, type ServiceApi } from '../service.ts';

const backups = (query: Readonly<Record<string, string>>) =>
  databaseBackups({
    // The only one of three versions in which offsets count rows and a filter for full backups exists.
    path: '/v4/{project_id}/backups',
    query: { type: 'Instance', ...query },
    permission: { role: 'nosql:backup:list', identity: 'gaussdbfornosql:backup:list' },
    size: readKibibytes,
    states: new Map([['DISABLED', 'ignored']]),
    ignores: isPartial,
  });

/** Backups of some databases or tables, and those that depend on others. */
function isPartial(row: JsonObject): boolean {
  const { database_tables: tables } = row;
  return (
    ['incremental', 'differential'].includes(typeOf(row)) || (Array.isArray(tables) && tables.length > 0)
  );
}

const api: ServiceApi = {
  resources: databaseInstances({
    permission: { role: 'nosql:instance:list', identity: 'gaussdbfornosql:instance:list' },
  }),
  backups: { of: 'project', list: backups({}), ofResource: ({ id }) => [backups({ instance_id: id })] },
  policies: databasePolicies('v3.1', {
    role: 'nosql:instance:list',
    identity: 'gaussdbfornosql:instance:list',
  }),
  actions: {
    create: ({ id }, name) => {
      const { instance_id: _, ...body } = createBody(id, name);
      return {
        operation: 'create_backup',
        method: 'POST',
        path: `/v3/{project_id}/instances/${encodeURIComponent(id)}/backups`,
        body,
        permission: { role: 'nosql:backup:create', identity: 'gaussdbfornosql:instance:createBackup' },
      };
    },
    readCreated: readDatabaseStarted,
    job: databaseJobs(undefined),
  },
};

/** GeminiDB, formerly GaussDB NoSQL: Cassandra, MongoDB, InfluxDB, Redis. */
export const geminidb = defineService({
  type: 'geminidb',
  title: 'GeminiDB, formerly GaussDB NoSQL',
  resource: { one: 'instance', many: 'instances' },
  settings: {},
  host: () => ({ label: 'gaussdb-nosql' }),
  errors: databaseErrors({ 'DBS.200010': { kind: 'auth' } }),
  readOnlyRoles: [],
  vendorWords: {
    names: 'database_tables database_name',
    words: 'Instance DatabaseTable cassandra mongodb influxdb dynamodb hbase',
    codes: 'NoSQL',
  },
  unverified: [
    {
      id: 'version-4',
      sentence: 'Every region serves version 4 of the list of backups.',
      judge: ({ responses }) => {
        const statuses = responses
          .filter(({ operation }) => operation === 'list_backups')
          .map(({ status }) => status);
        if (statuses.includes(200)) return CONSISTENT;
        return statuses.includes(404)
          ? disproved('version 4 of list_backups does not exist (404)')
          : NOT_SEEN;
      },
    },
    {
      id: 'kilobyte',
      sentence: 'KB means 2^10 bytes, not 10^3.',
    },
    {
      id: 'interfaces',
      sentence: 'Instances with an HBase or DynamoDB interface are listed like the others.',
    },
    {
      id: 'job-permission',
      sentence: 'The permission to read a job is not documented; without it, the list of backups is polled.',
    },
  ],
  requests: (resources, backups) => pagesOf(backups, 100) + pagesOf(resources, 100),
  simulated: () => import('./simulated.ts').then(({ simulatedGeminidb }) => simulatedGeminidb),
  api: () => api,
});
