import type { BackupState, Resource } from '../domain/backup.ts';
import {
  asObject,
  readBoolean,
  readCode,
  readDateTime,
  readEnvelope,
  readId,
  readName,
  readUnixMilliseconds,
} from './fields.ts';
import type { ListSource, RejectionReason, Row } from './source.ts';

// The vendor documents no maximum; 120 is the largest limit that is known to be accepted.
export const GES_PAGE_SIZE = 120;

const DELETED = '400';
const SMALLEST_SIZE = '0';

/** GES statuses: `backing_up`, `success`, `failed`. Any other must not look healthy. */
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

/** Whether a graph status says that the graph has been deleted; undefined when there is no status. */
export function gesGraphDeleted(status: unknown): boolean | undefined {
  const code = readCode(status);
  return code === undefined ? undefined : code === DELETED;
}

/** Whether graphs of this size are backed up automatically: those of 10 thousand edges are not. */
export function gesAutomaticBackup(sizeIndex: unknown): boolean | undefined {
  const code = readCode(sizeIndex);
  return code === undefined ? undefined : code !== SMALLEST_SIZE;
}

/** `GET /v2/{project_id}/graphs`: the graphs of a project. */
export const gesGraphs: ListSource<Resource> = {
  operation: 'list_graphs',
  path: '/v2/{project_id}/graphs',
  pageSize: GES_PAGE_SIZE,
  offsetMayBePageNumber: true,
  readPage: (body) => readEnvelope(body, 'graphs', 'graph_count'),
  readId: (row) => readId(asObject(row)?.['id']),
  readRow: readGraph,
};

function readGraph(row: Row): Resource | RejectionReason {
  const graph = asObject(row);
  if (graph === undefined) return 'not_an_object';
  const id = readId(graph['id']);
  if (id === undefined) return 'id';
  return {
    id,
    name: readName(graph['name']),
    created: readDateTime(graph['created']) ?? readUnixMilliseconds(graph['created']),
    engineVersion: readName(graph['data_store_version']),
    arch: readName(graph['arch']),
    encrypted: readBoolean(graph['encrypted']),
    automaticBackup: gesAutomaticBackup(graph['graph_size_type_index']),
    exists: gesGraphDeleted(graph['status']) !== true,
  };
}
