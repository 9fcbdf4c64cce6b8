import { type Backup, backupId, DRAWS, draw, type Resource } from '../../simulated-cloud/resource.ts';
import { compactTime, zonelessTime } from '../../simulated-cloud/time-formats.ts';

/** An undocumented status. */
const STRANGE_STATUS = 'frozen_copy';

const STATUS = {
  running: 'backing_up',
  success: 'success',
  failed: 'failed',
  unknown: STRANGE_STATUS,
} as const satisfies Record<Backup['state'], string>;

/** Hours by which the timestamps of API version 1.0 are behind its texts, as in the vendor's sample. */
const V1_TIMESTAMP_LAG = 8 * 3600;
const ENGINE_VERSIONS = ['2.2.21', '2.3.10', '2.3.16', '2.4.2'] as const;

const sizeIndex = (graph: Resource): string => {
  if (graph.character === 'small') return '0';
  return String(1 + Math.floor(4 * draw(graph, DRAWS.details, 2)));
};

const engineVersion = (graph: Resource): string =>
  ENGINE_VERSIONS[Math.floor(ENGINE_VERSIONS.length * draw(graph, DRAWS.details, 3))] ?? ENGINE_VERSIONS[0];

const arch = (graph: Resource): string => (draw(graph, DRAWS.details, 4) < 0.8 ? 'x86_64' : 'aarch64');

const isEncrypted = (graph: Resource): boolean => draw(graph, DRAWS.details, 5) < 0.3;

/** The status code of a graph: 400 if deleted, 903 during a backup. */
export const graphStatus = (graph: Resource): string => {
  if (graph.deleted) return '400';
  return graph.running && graph.statusCode === '200' ? '903' : graph.statusCode;
};

/** Names in the vendor's two formats: with UTC for manual backups, with the time of Beijing for automatic ones. */
const backupName = ({ method, name, resourceName, start }: Backup): string => {
  if (name !== undefined) return name;
  return method === 'manual'
    ? `${resourceName}-${compactTime(start, 0)}`
    : `${resourceName}_${compactTime(start, 8)}_auto`;
};

/** A row of `GET /v2/{project_id}/graphs/backups`. A running backup has no end, size or duration. */
export const gesBackupRow = (backup: Backup): Record<string, unknown> => {
  const { resource: graph, start, end } = backup;
  return {
    id: backupId(backup),
    name: backupName(backup),
    backup_method: backup.method,
    graph_id: graph.id,
    graph_name: graph.name,
    graph_status: graphStatus(graph),
    graph_size_type_index: sizeIndex(graph),
    data_store_version: engineVersion(graph),
    arch: arch(graph),
    status: STATUS[backup.state],
    start_timestamp: start * 1000,
    start_time: zonelessTime(start),
    ...(end === undefined
      ? {}
      : {
          end_timestamp: end * 1000,
          end_time: zonelessTime(end),
          size: backup.state === 'failed' ? 0 : backup.megabytes,
          duration: end - start,
        }),
    encrypted: isEncrypted(graph),
  };
};

/**
 * A row of `GET /v1.0/{projectId}/graphs/backups`: the same in camelCase, with timestamps eight hours behind the texts.
 * One graph in five has `graph_name`, as in a newer sample of the vendor, and one in four only the few fields of the
 * oldest sample.
 */
export const gesV1BackupRow = (backup: Backup): Record<string, unknown> => {
  const { resource: graph, start, end } = backup;
  return {
    id: backupId(backup),
    name: backupName(backup),
    graphId: graph.id,
    [graph.index % 5 === 4 ? 'graph_name' : 'graphName']: graph.name,
    ...(graph.index % 4 === 3
      ? {}
      : {
          backupMethod: backup.method,
          graphStatus: graphStatus(graph),
          graphSizeTypeIndex: sizeIndex(graph),
          dataStoreVersion: engineVersion(graph),
          arch: arch(graph),
          encrypted: isEncrypted(graph),
          ...(end !== undefined && {
            size: backup.state === 'failed' ? 0 : backup.megabytes,
            duration: end - start,
          }),
        }),
    status: STATUS[backup.state],
    startTimestamp: (start - V1_TIMESTAMP_LAG) * 1000,
    startTime: zonelessTime(start),
    ...(end === undefined
      ? {}
      : { endTimestamp: (end - V1_TIMESTAMP_LAG) * 1000, endTime: zonelessTime(end) }),
  };
};

/** A row of `GET /v2/{project_id}/graphs`. */
export const graphRow = (graph: Resource): Record<string, unknown> => ({
  id: graph.id,
  name: graph.name,
  status: graphStatus(graph),
  graph_size_type_index: sizeIndex(graph),
  data_store_version: engineVersion(graph),
  arch: arch(graph),
  product_type: 'InMemory',
  vertex_id_type: { id_type: 'fixedLengthString', id_length: 20 },
  is_multi_az: 'false',
  encrypted: isEncrypted(graph),
  created: zonelessTime(graph.created),
  sys_tags: [{ key: '_sys_enterprise_project_id', value: '0' }],
  tags: graph.index % 2 === 0 ? [{ key: 'team', value: graph.name.split('-')[0] }] : [],
});

/** A row of `GET /v1.0/{projectId}/graphs`: the same in camelCase. */
export const graphV1Row = (graph: Resource): Record<string, unknown> => ({
  id: graph.id,
  name: graph.name,
  status: graphStatus(graph),
  graphSizeTypeIndex: sizeIndex(graph),
  dataStoreVersion: engineVersion(graph),
  arch: arch(graph),
  encrypted: isEncrypted(graph),
  created: zonelessTime(graph.created),
});
