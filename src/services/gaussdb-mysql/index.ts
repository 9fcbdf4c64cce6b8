import { statedDuration } from '../assumptions.ts';
import {
  createBody,
  databaseBackups,
  databaseErrors,
  databaseInstances,
  readDatabaseStarted,
} from '../database.ts';
import { databasePolicies } from '../database-policy.ts';
import { asObject, readMebibytes, readNumber } from '../fields.ts';
import { isOpenTelekomCloud } from '../host.ts';
import { defineService, pagesOf, type ServiceApi } from '../service.ts';

const listBackups = { role: 'gaussdb:backup:list', identity: 'gaussdbformysql:backup:list' };

const backups = (query: Readonly<Record<string, string>>) =>
  databaseBackups({
    path: '/v3/{project_id}/backups',
    query,
    permission: listBackups,
    size: readMebibytes,
    states: new Map([['AVAILABLE', 'succeeded']]),
    // In some regions this host also serves GaussDB (openGauss), whose ids end like this.
    ignores: (row) => isOfGaussdb(row['instance_id']),
  });

const instances = databaseInstances({
  permission: { role: 'gaussdb:instance:list', identity: 'gaussdbformysql:instance:list' },
});

const api: ServiceApi = {
  resources: {
    ...instances,
    readRow: (row) => (isOfGaussdb(asObject(row)?.['id']) ? 'ignored' : instances.readRow(row)),
  },
  backups: { of: 'project', list: backups({}), ofResource: ({ id }) => [backups({ instance_id: id })] },
  policies: databasePolicies('v3', {
    role: 'gaussdb:backup:list',
    identity: 'gaussdbformysql:backup:listPolicy',
  }),
  actions: {
    create: ({ id }, name) => ({
      operation: 'create_backup',
      method: 'POST',
      path: '/v3/{project_id}/backups/create',
      body: createBody(id, name),
      permission: { role: 'gaussdb:backup:create', identity: 'gaussdbformysql:backup:create' },
    }),
    readCreated: readDatabaseStarted,
  },
};

const isOfGaussdb = (instanceId: unknown): boolean =>
  typeof instanceId === 'string' && instanceId.endsWith('in14');

/** First label of the host if it is not `gaussdb`, from the vendor's SDKs. */
const LABELS: Readonly<Record<string, readonly string[]>> = {
  gaussdbformysql: ['ap-southeast-1', 'ap-southeast-2', 'tr-west-1', 'me-east-1', 'cn-north-11'],
  'gaussdb-mysql': [
    'af-south-1',
    'cn-east-5',
    'la-north-2',
    'cn-southwest-3',
    // Not in the SDKs, but `gaussdb` is the host of GaussDB (openGauss) there.
    'af-north-1',
    'ap-southeast-5',
    'cn-east-2',
    'cn-east-4',
    'cn-north-12',
  ],
};

/** GaussDB(for MySQL), now TaurusDB. */
export const gaussdbMysql = defineService({
  type: 'gaussdb-mysql',
  title: 'TaurusDB, formerly GaussDB(for MySQL)',
  resource: { one: 'instance', many: 'instances' },
  settings: {},
  host: (region, cloud) => ({
    label: isOpenTelekomCloud(cloud)
      ? 'gaussdb-mysql'
      : (Object.keys(LABELS).find((label) => LABELS[label]?.includes(region)) ?? 'gaussdb'),
  }),
  errors: databaseErrors({ 'DBS.200010': { kind: 'permission' } }),
  byDefault: true,
  demo: { flag: 'instances', count: 6 },
  readOnlyRoles: ['GaussDB ReadOnlyAccess'],
  vendorWords: {
    fields: {
      word: 'backup_level',
      number: 'take_up_time',
    },
    words: ['GaussDB(for MySQL)', 'gaussdb-mysql', 'TaurusDB'],
  },
  unverified: [
    {
      id: 'megabyte',
      sentence: 'MB means 2^20 bytes, not 10^6.',
    },
    statedDuration(({ take_up_time: time }) => {
      const minutes = readNumber(time);
      return minutes === undefined ? undefined : minutes * 60;
    }),
  ],
  requests: (resources, backups) => pagesOf(backups, 100) + pagesOf(resources, 100),
  simulated: () => import('./simulated.ts').then(({ simulatedGaussdbMysql }) => simulatedGaussdbMysql),
  api: () => api,
});
