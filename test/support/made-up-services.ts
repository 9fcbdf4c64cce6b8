import type { BackupState } from '../../src/domain/backup.ts';
import { seconds } from '../../src/domain/quantities.ts';
import type { Row } from '../../src/pagination/list.ts';
import type { ApiCall } from '../../src/services/api-call.ts';
import { backupFromFields, elapsed, resourceFromFields } from '../../src/services/domain.ts';
import {
  asObject,
  readDateTime,
  readEnvelope,
  readId,
  readName,
  readNumber,
  readTags,
  sizeReader,
} from '../../src/services/fields.ts';
import { defineService, pagesOf, type ServiceApi } from '../../src/services/service.ts';
import type { JsonRow } from './rows.ts';

// Fictitious services, for tests of what all services have in common.

const STATES: ReadonlyMap<unknown, BackupState> = new Map<string, BackupState>([
  ['done', 'succeeded'],
  ['failed', 'failed'],
  ['running', 'running'],
]);

const readBytes = sizeReader(1);

function readBackup(row: Row) {
  const backup = asObject(row);
  if (backup === undefined) return 'not_an_object';
  const start = readDateTime(backup['started']);
  const end = readDateTime(backup['ended']);
  const duration = elapsed(start, end);
  return backupFromFields({
    id: readId(backup['id']),
    name: readName(backup['name']),
    resourceId: readId(backup['resource_id']),
    resourceName: readName(backup['resource_name']),
    resourceDeleted: backup['resource_deleted'] === true,
    state: STATES.get(backup['status']) ?? 'unknown',
    start,
    end,
    duration: duration === undefined || duration < 0 ? undefined : seconds(duration),
    size: readBytes(backup['bytes']),
    method: readName(backup['method']),
  });
}

function readResource(row: Row) {
  const resource = asObject(row);
  if (resource === undefined) return 'not_an_object';
  return resourceFromFields({
    id: readId(resource['id']),
    name: readName(resource['name']),
    created: readDateTime(resource['created']),
    tags: readTags(resource['tags']),
  });
}

const get = (operation: string, path: string): ApiCall => ({
  operation,
  method: 'GET',
  path,
  permission: { role: `made-up:${operation}` },
});

const listOf = <Item>(call: ApiCall, readRow: (row: Row) => Item) => ({
  call,
  paging: { by: 'offset', limit: 120 } as const,
  readPage: (body: unknown) => readEnvelope(body, 'rows', 'total'),
  readId: (row: Row) => readId(asObject(row)?.['id']),
  readRow,
});

const actions: ServiceApi['actions'] = {
  create: ({ id }) => ({ ...get('create_backup', `/v1/{project_id}/backups/${id}`), method: 'POST' }),
  readCreated: () => ({ kind: 'unclear' }),
};

const common = {
  settings: {},
  errors: { codes: { 'MADE.0404': { missing: true, words: 'it does not exist' } } },
  readOnlyRoles: [],
  vendorWords: {},
  unverified: [],
  requests: (resources: number, backups: number) => pagesOf(backups, 120) + pagesOf(resources, 120),
  simulated: () => Promise.reject(new Error('not simulated')),
} as const;

const widgetBackups = listOf(get('list_backups', '/v1/{project_id}/widgets/backups'), readBackup);

/** One list of backups for the whole project, and no policies. */
export const WIDGETS = defineService({
  ...common,
  type: 'widgets',
  title: 'Widgets',
  resource: { one: 'widget', many: 'widgets' },
  host: () => ({ label: 'widgets' }),
  api: () => ({
    resources: listOf(get('list_widgets', '/v1/{project_id}/widgets'), readResource),
    backups: { of: 'project', list: widgetBackups, ofResource: () => [widgetBackups] },
    actions,
  }),
});

/** A list of backups and a policy for each resource. */
export const GADGETS = defineService({
  ...common,
  type: 'gadgets',
  title: 'Gadgets',
  resource: { one: 'gadget', many: 'gadgets' },
  host: () => ({ label: 'gadgets' }),
  api: () => ({
    resources: listOf(get('list_gadgets', '/v1/{project_id}/gadgets'), readResource),
    backups: {
      of: 'resource',
      ofResource: ({ id }) => [
        listOf(get('list_backups', `/v1/{project_id}/gadgets/${id}/backups`), readBackup),
      ],
    },
    policies: {
      of: 'resource',
      call: ({ id }) => get('get_policy', `/v1/{project_id}/gadgets/${id}/policy`),
      read: (body) => {
        const policy = asObject(asObject(body)?.['policy']);
        const hours = readNumber(policy?.['every_hours']);
        if (policy === undefined) return undefined;
        return { kind: 'scheduled', objective: hours === undefined ? undefined : seconds(hours * 3600) };
      },
    },
    actions,
  }),
});

/** A row of either list of backups: a successful automatic backup that took an hour; the given fields replace its own. */
export const backupRow = (fields: JsonRow = {}): JsonRow => ({
  id: 'backup-1',
  name: 'orders_20240104000000_auto',
  resource_id: 'widget-1',
  resource_name: 'orders',
  resource_deleted: false,
  status: 'done',
  started: '2024-01-04T00:00:00Z',
  ended: '2024-01-04T01:00:00Z',
  bytes: 3_145_728,
  method: 'auto',
  ...fields,
});

/** A row of either inventory. */
export const resourceRow = (fields: JsonRow = {}): JsonRow => ({
  id: 'widget-1',
  name: 'orders',
  created: '2023-11-06T09:33:58Z',
  ...fields,
});
