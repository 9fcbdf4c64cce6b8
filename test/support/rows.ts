/** A row of one of the cloud's lists: any JSON object. */
export type JsonRow = Readonly<Record<string, unknown>>;

/** A row of GES v2: a successful automatic backup that took an hour; the given fields replace its own. */
export const gesV2Row = (fields: JsonRow = {}): JsonRow => ({
  id: 'backup-1',
  name: 'orders_20240104000000_auto',
  backup_method: 'auto',
  graph_id: 'graph-1',
  graph_name: 'orders',
  graph_status: '200',
  graph_size_type_index: '1',
  data_store_version: '2.4.1',
  arch: 'x86_64',
  status: 'success',
  start_timestamp: 1_704_326_400_000,
  start_time: '2024-01-04T00:00:00',
  end_timestamp: 1_704_330_000_000,
  end_time: '2024-01-04T01:00:00',
  size: 3,
  duration: 3600,
  encrypted: false,
  ...fields,
});

/** A row of the list of graphs. */
export const graphRow = (fields: JsonRow = {}): JsonRow => ({
  id: 'graph-1',
  name: 'orders',
  status: '200',
  graph_size_type_index: '1',
  data_store_version: '2.4.1',
  arch: 'x86_64',
  encrypted: false,
  created: '2023-11-06T09:33:58',
  ...fields,
});

/** The row without one of its fields. */
export function without(row: JsonRow, field: string): JsonRow {
  const { [field]: _left, ...rest } = row;
  return rest;
}
