import type { BackupState, Resource } from '../../domain/backup.ts';
import type { Row } from '../../pagination/list.ts';
import { resourceFromFields } from '../domain.ts';
import {
  asObject,
  type JsonObject,
  readBoolean,
  readCode,
  readDateTime,
  readEnvelope,
  readId,
  readName,
  readTags,
  readUnixMilliseconds,
} from '../fields.ts';
import type { List } from '../service.ts';

/** The vendor documents no maximum; 120 is the largest limit known to be accepted. */
export const GES_PAGING = { by: 'offset', limit: 120, mayCountPages: true } as const;

const DELETED = '400';
const SMALLEST_SIZE = '0';

/** Statuses in which backups are impossible. */
const NOT_POSSIBLE: ReadonlyMap<string, string> = new Map([
  ['100', 'being created'],
  ['303', 'creation failed'],
  ['800', 'frozen'],
  ['900', 'stopped'],
]);

/** Statuses of backups: `backing_up`, `success`, `failed`. Others must not look healthy. */
export function gesBackupState(status: unknown): BackupState {
  switch (status) {
    case 'success':
      return 'succeeded';
    case 'failed':
      return 'failed';
    case 'backing_up':
      return 'running';
    default:
      return 'unknown';
  }
}

/** Whether a graph with this status is deleted; undefined without a status. */
export function gesGraphDeleted(status: unknown): boolean | undefined {
  const code = readCode(status);
  return code === undefined ? undefined : code === DELETED;
}

/** Whether graphs of this size have automatic backups: those with 10,000 edges do not. */
export function gesAutomaticBackup(sizeIndex: unknown): boolean | undefined {
  const code = readCode(sizeIndex);
  return code === undefined ? undefined : code !== SMALLEST_SIZE;
}

/** A field by either spelling of its name: the vendor's samples of v1.0 mix both in one row. */
export const either = (row: JsonObject, camelCase: string, snakeCase: string): unknown =>
  row[camelCase] ?? row[snakeCase];

const graphs = (version: 'v2' | 'v1.0', readPage: List<Resource>['readPage']): List<Resource> => ({
  call: {
    operation: 'list_graphs',
    method: 'GET',
    path: `/${version}/{project_id}/graphs`,
    permission: { role: 'ges:graph:list' },
  },
  paging: GES_PAGING,
  readPage,
  readId: (row) => readId(asObject(row)?.['id']),
  readRow: readGraph,
});

/** `GET /v2/{project_id}/graphs`. */
export const graphsV2 = graphs('v2', (body) => readEnvelope(body, 'graphs', 'graph_count'));

/** `GET /v1.0/{project_id}/graphs`. */
export const graphsV1 = graphs(
  'v1.0',
  (body) => readEnvelope(body, 'graphs', 'graphCount') ?? readEnvelope(body, 'graphs', 'graph_count'),
);

function readGraph(row: Row): ReturnType<List<Resource>['readRow']> {
  const graph = asObject(row);
  if (graph === undefined) return 'not_an_object';
  const status = readCode(graph['status']);
  const sizeIndex = either(graph, 'graphSizeTypeIndex', 'graph_size_type_index');
  return resourceFromFields({
    id: readId(graph['id']),
    name: readName(graph['name']),
    created: readDateTime(graph['created']) ?? readUnixMilliseconds(graph['created']),
    engineVersion: readName(either(graph, 'dataStoreVersion', 'data_store_version')),
    arch: readName(graph['arch']),
    encrypted: readBoolean(graph['encrypted']),
    status,
    tags: readTags(graph['tags']),
    notExpected:
      NOT_POSSIBLE.get(status ?? '') ??
      (gesAutomaticBackup(sizeIndex) === false ? 'graphs of this size have no automatic backup' : undefined),
    exists: gesGraphDeleted(status) !== true,
  });
}
