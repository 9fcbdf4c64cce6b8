import {
  createBody,
  databaseBackups,
  databaseErrors,
  databaseInstances,
  databaseJobs,
  readDatabaseStarted,
} from '../database.ts';
import { databasePolicies } from '../database-policy.ts';
import { readMebibytes } from '../fields.ts';
import { isOpenTelekomCloud } from '../host.ts';
import { defineService, pagesOf, type ServiceApi } from '../service.ts';

const backups = (query: Readonly<Record<string, string>>) =>
  databaseBackups({
    path: '/v3/{project_id}/backups',
    query,
    permission: { role: 'gaussdb:backup:list', identity: 'gaussdb:backup:listAll' },
    size: readMebibytes,
  });

const api: ServiceApi = {
  resources: databaseInstances({ permission: { role: 'gaussdb:instance:list' } }),
  backups: { of: 'project', list: backups({}), ofResource: ({ id }) => [backups({ instance_id: id })] },
  policies: databasePolicies('v3', { role: 'gaussdb:instance:list' }),
  actions: {
    create: ({ id }, name) => ({
      operation: 'create_backup',
      method: 'POST',
      path: '/v3/{project_id}/backups',
      body: createBody(id, name),
      permission: { role: 'gaussdb:backup:create', identity: 'gaussdb:backup:createBackup' },
    }),
    readCreated: readDatabaseStarted,
    job: databaseJobs(undefined),
  },
};

/** Regions whose host begins with `gaussdb`, from the vendor's SDKs. Elsewhere that is the host of TaurusDB, or does not exist. */
const SHORT_LABEL = [
  'af-north-1',
  'ap-southeast-5',
  'cn-east-2',
  'cn-east-4',
  'cn-east-5',
  'cn-north-12',
  'me-east-1',
  'tr-west-1',
];

/** GaussDB, formerly GaussDB(for openGauss). */
export const gaussdbOpengauss = defineService({
  type: 'gaussdb-opengauss',
  title: 'GaussDB, formerly GaussDB(for openGauss)',
  resource: { one: 'instance', many: 'instances' },
  settings: {},
  host: (region, cloud) => ({
    label: isOpenTelekomCloud(cloud) || SHORT_LABEL.includes(region) ? 'gaussdb' : 'gaussdb-opengauss',
  }),
  errors: databaseErrors({ 'DBS.200010': { kind: 'permission' } }),
  readOnlyRoles: ['GaussDB ReadOnlyAccess'],
  vendorWords: {
    words: 'GaussDB GaussDB(openGauss) Enterprise Combined',
  },
  unverified: [
    {
      id: 'megabyte',
      sentence: 'MB means 2^20 bytes, not 10^6.',
    },
    {
      id: 'job-permission',
      sentence: 'The permission to read a job is not documented; without it, the list of backups is polled.',
    },
    {
      id: 'created-zone',
      sentence: '`created` of an instance is in UTC; a time in another zone is treated as unknown.',
    },
  ],
  requests: (resources, backups) => pagesOf(backups, 100) + pagesOf(resources, 100),
  simulated: () =>
    import('./simulated.ts').then(({ simulatedGaussdbOpengauss }) => simulatedGaussdbOpengauss),
  api: () => api,
});
