import { z } from 'zod';
import { CONSISTENT, disproved, NOT_SEEN, ofBackups, statedDuration } from '../assumptions.ts';
import { asObject, readDateTime, readId, readName, readNumber, readUnixMilliseconds } from '../fields.ts';
import {
  type BackupActions,
  defineService,
  type JobState,
  pagesOf,
  type ServiceApi,
  type Started,
} from '../service.ts';
import { graphsV1, graphsV2 } from './graphs.ts';
import { backupsV1 } from './rows-v1.ts';
import { backupsV2 } from './rows-v2.ts';

const graphPath = (graphId: string): string => `/v2/{project_id}/graphs/${encodeURIComponent(graphId)}`;

/** Backups are started by API v2, whichever version lists them. */
const actions: BackupActions = {
  create: ({ id }) => ({
    operation: 'create_backup',
    method: 'POST',
    path: `${graphPath(id)}/backups`,
    body: {},
    permission: { role: 'ges:backup:create' },
  }),
  readCreated: readStarted,
  export: {
    call: ({ id }, backupId, path) => ({
      operation: 'export_backup',
      method: 'POST',
      path: `${graphPath(id)}/backups/export`,
      body: { backup_id: backupId, export_path: path },
      permission: undefined,
    }),
    readStarted,
  },
  job: {
    call: ({ id }, jobId) => ({
      operation: 'get_job',
      method: 'GET',
      path: `${graphPath(id)}/jobs/${encodeURIComponent(jobId)}/status`,
      permission: { role: 'ges:jobs:getDetail' },
    }),
    read: readJob,
  },
};

const apiOf = (version: 'v2' | 'v1.0'): ServiceApi => ({
  resources: version === 'v2' ? graphsV2 : graphsV1,
  backups: {
    of: 'project',
    list: version === 'v2' ? backupsV2 : backupsV1,
    ofResource: ({ id }) => [{ ...backupsV2, call: { ...backupsV2.call, path: `${graphPath(id)}/backups` } }],
  },
  actions,
});

const APIS = { v2: apiOf('v2'), 'v1.0': apiOf('v1.0') };

/** Graph Engine Service. */
export const ges = defineService({
  type: 'ges',
  title: 'Graph Engine Service (GES)',
  resource: { one: 'graph', many: 'graphs' },
  settings: {
    api_version: z
      .enum(['v2', 'v1.0'])
      .prefault('v2')
      .describe('Version of the API that lists graphs and backups.'),
  },
  host: () => ({ label: 'ges' }),
  errors: {
    codes: {
      'GES.7004': { kind: 'server', transient: true },
      'GES.7005': { kind: 'server', transient: true },
      'GES.7006': { kind: 'server', transient: true },
      'GES.7051': { kind: 'server', transient: true },
      'GES.7041': { kind: 'permission' },
      'GES.7000': { missing: true, words: 'the graph does not exist or has been deleted' },
      'GES.7001': { words: 'the graph is not running; start it first' },
      'GES.7002': { words: 'a backup of the graph is already running; wait for it to finish' },
      'GES.7003': { words: 'the graph cannot be backed up in its current status' },
      'GES.7015': { words: 'the graph cannot be backed up in its current status' },
      'GES.7019': { words: 'the backup quota is used up; delete an old manual backup first' },
      'GES.7024': { words: 'the backup no longer exists' },
      'GES.7007': { words: 'there is no such job' },
      'GES.8301': { words: 'there is no such job' },
      'GES.7042': { words: 'the graph is still being created' },
      'GES.7054': { words: 'the graph is being deleted' },
    },
  },
  byDefault: true,
  demo: { flag: 'graphs', count: 12 },
  readOnlyRoles: ['GES ReadOnlyAccess'],
  vendorWords: {
    fields: {
      word: 'backupMethod',
      state: 'graph_status graphStatus',
      count: 'backupCount graph_count graphCount graph_size_type_index graphSizeTypeIndex',
      version: 'data_store_version dataStoreVersion',
      code: 'errorCode errCode',
      message: 'errorMessage externalMessage',
      time: 'start_timestamp end_timestamp startTimestamp endTimestamp startTime endTime',
    },
    containers: 'backup_list backupList graphs',
    names: 'graph_id graph_name graphId graphName vertex_id_type is_multi_az',
    words: 'import Import',
    messages: 'graph',
    codes: 'GES',
  },
  unverified: [
    {
      id: 'offset',
      sentence: '`offset` counts rows, not pages; if a list is too short that way, it counts pages.',
    },
    {
      id: 'megabyte',
      sentence: 'MB means 2^20 bytes, not 10^6.',
    },
    {
      id: 'utc',
      sentence: 'Times without a zone are UTC; in v2 they agree with the timestamps in the same row.',
      judge: ofBackups(({ row }) => {
        const [number, text] = [
          readUnixMilliseconds(row['start_timestamp']),
          readDateTime(row['start_time']),
        ];
        if (number === undefined || text === undefined) return NOT_SEEN;
        const hours = Math.round((text - number) / 3600);
        return hours === 0 ? CONSISTENT : disproved(`\`start_time\` is ${hours} h from \`start_timestamp\``);
      }),
    },
    statedDuration(({ duration }) => readNumber(duration)),
    {
      id: 'stopped',
      sentence: 'Stopped graphs have no automatic backups, so they are not expected to be backed up.',
    },
  ],
  requests: (resources, backups) => pagesOf(backups, 120) + pagesOf(resources, 120),
  simulated: () => import('./simulated.ts').then(({ simulatedGes }) => simulatedGes),
  api: ({ api_version: version }) => APIS[version],
});

/** Reads `{job_id, backup_id?}`; GES always returns a job. */
function readStarted(body: unknown): Started {
  const response = asObject(body);
  const jobId = readId(response?.['job_id']);
  return jobId === undefined
    ? { kind: 'unclear' }
    : { kind: 'started', jobId, backupId: readId(response?.['backup_id']) };
}

/** Reads the status of a job: `pending`, `running`, `success`, `failed`. An undocumented one counts as running. */
function readJob(body: unknown): JobState {
  const job = asObject(body);
  switch (job?.['status']) {
    case 'success':
      return { kind: 'succeeded' };
    case 'failed':
      return { kind: 'failed', reason: readName(job['fail_reason']) };
    default:
      return { kind: 'running' };
  }
}
