import { asObject, readId, readName } from '../fields.ts';
import {
  type BackupActions,
  defineService,
  type JobState,
  pagesOf,
  type ServiceApi,
  type Started,
} from '../service.ts';
import { backups, failedRuns } from './backups.ts';
import { policies, vaults } from './vaults.ts';

const actions: BackupActions = {
  create: ({ id, parentId }, name) => ({
    operation: 'create_backup',
    method: 'POST',
    path: '/v3/{project_id}/checkpoints',
    body: {
      checkpoint: {
        vault_id: parentId,
        parameters: {
          auto_trigger: false,
          name,
          description: 'Started by huaweicloud-backup-exporter',
          incremental: true,
          resources: [id],
        },
      },
    },
    permission: { role: 'cbr:vaults:backup' },
  }),
  readCreated: (body, { id }): Started => {
    const checkpoint = asObject(asObject(body)?.['checkpoint']);
    const skipped = asObject(checkpoint?.['vault'])?.['skipped_resources'];
    const mine = (Array.isArray(skipped) ? skipped : []).map(asObject).find((one) => one?.['id'] === id);
    if (mine !== undefined) {
      return {
        kind: 'refused',
        reason: readName(mine['reason']) ?? readName(mine['code']) ?? 'the vault skipped it',
      };
    }
    const jobId = readId(checkpoint?.['id']);
    return jobId === undefined ? { kind: 'unclear' } : { kind: 'started', jobId, backupId: undefined };
  },
  job: {
    call: (_, checkpointId) => ({
      operation: 'get_checkpoint',
      method: 'GET',
      path: `/v3/{project_id}/checkpoints/${encodeURIComponent(checkpointId)}`,
      permission: { role: 'cbr:backups:get' },
    }),
    read: readCheckpoint,
  },
};

const api: ServiceApi = {
  resources: vaults,
  backups: {
    of: 'project',
    list: backups({}),
    failedRuns,
    ofResource: ({ id }) => [backups({ resource_id: id })],
  },
  policies: { of: 'project', list: policies },
  actions,
};

function readCheckpoint(body: unknown): JobState {
  switch (asObject(asObject(body)?.['checkpoint'])?.['status']) {
    case 'available':
      return { kind: 'succeeded' };
    case 'error':
      return { kind: 'failed', reason: undefined };
    default:
      return { kind: 'running' };
  }
}

const BUSY = 'a backup or another operation on the resource is already running; wait for it to finish';
const NOT_NOW = 'the resource or its vault cannot be backed up in its current status';

/** Cloud Backup and Recovery: servers, volumes and file systems in vaults. */
export const cbr = defineService({
  type: 'cbr',
  title: 'Cloud Backup and Recovery (CBR)',
  resource: { one: 'resource', many: 'resources' },
  settings: {},
  host: (region, cloud) => ({
    label: 'cbr',
    // In the vendor's SDKs this host alone is not in the domain of its region.
    ...(region === 'eu-west-101' && cloud === 'myhuaweicloud.eu' && { cloud: 'myhuaweicloud.com' }),
  }),
  errors: {
    codes: {
      'BackupService.9998': { kind: 'auth' },
      // A conflict that is returned as a 500.
      'BackupService.0002': { kind: 'refused', words: BUSY },
      'BackupService.6125': { words: BUSY },
      'BackupService.6203': { words: BUSY },
      'BackupService.2010': { words: BUSY },
      'BackupService.6130': { words: BUSY },
      'BackupService.6134': { words: BUSY },
      'BackupService.7200': { words: BUSY },
      'BackupService.6112': { words: NOT_NOW },
      'BackupService.6113': { words: NOT_NOW },
      'BackupService.6124': { words: NOT_NOW },
      'BackupService.6215': { words: NOT_NOW },
      'BackupService.7003': { words: NOT_NOW },
      'BackupService.7101': { words: NOT_NOW },
      'BackupService.7102': { words: NOT_NOW },
      'BackupService.6114': { words: 'the vault is full; enlarge it or delete old backups' },
      'BackupService.6133': { words: 'the quota is used up' },
      'BackupService.6142': { words: 'the quota is used up' },
      'BackupService.6100': { words: 'the quota is used up' },
      'BackupService.8300': { words: 'the quota of snapshots is used up' },
      'BackupService.6135': { words: 'the resource is not in the vault' },
      'BackupService.6105': { words: 'the vault does not exist' },
      'BackupService.6200': { words: 'the backup does not exist' },
      'BackupService.6217': { words: 'there is no such checkpoint' },
      'BackupService.6302': { words: 'the resource does not exist' },
      'BackupService.8600': { kind: 'refused', words: 'the account needs real-name authentication' },
      // Returned as a 401 for an unknown id; the credentials are valid.
      'Malformed request url': { kind: 'refused', words: 'there is no such checkpoint' },
    },
  },
  readOnlyRoles: ['CBR ReadOnlyAccess'],
  vendorWords: {
    fields: {
      word: 'image_type operation_type object_type protect_type period_type resource_type architecture',
      state: 'protect_status',
      number: 'resource_size',
      schedule: 'pattern',
      time: 'protected_at expired_at started_at ended_at',
    },
    containers: 'vaults policies operation_logs billing trigger properties extend_info checkpoint',
    names:
      'vault_id vault_name checkpoint_id provider_id auto_trigger auto_protect associated_vaults children extra_info',
    words:
      'replication server disk turbo workspace vmware file shared_with_server OS::Nova::Server OS::Cinder::Volume OS::Ironic::BareMetalServer OS::Native::Server OS::Sfs::Turbo OS::Workspace::DesktopV2',
    messages: 'vault',
    codes: 'BackupService CBR',
  },
  unverified: [
    {
      id: 'end-time',
      sentence:
        'The end of a backup is `updated_at` of its row, unless a later restore or edit has changed it.',
    },
    {
      id: 'megabyte',
      sentence: 'MB in a vault means 2^20 bytes, not 10^6.',
    },
    {
      id: 'enterprise-project',
      sentence: 'A user who is limited to one enterprise project may not see the vaults of others.',
    },
    {
      id: 'failed-runs',
      sentence: 'A failed run that leaves no backup always appears in the operation logs.',
    },
  ],
  requests: (resources, backups) => pagesOf(backups, 1000) + pagesOf(resources, 1000) + 2,
  simulated: () => import('./simulated.ts').then(({ simulatedCbr }) => simulatedCbr),
  api: () => api,
});
