import { EXCLUDED_NAME } from './exporter.ts';

/** The number of resources of an account and of their backups. */
export interface Estate {
  readonly graphs: number;
  readonly backupsPerGraph: number;
  /** Backups of one more graph, which the configuration of the exporter excludes. */
  readonly excluded: number;
}

/** The rows that the simulated cloud serves. */
export interface EstateRows {
  readonly backups: readonly Readonly<Record<string, unknown>>[];
  readonly graphs: readonly Readonly<Record<string, unknown>>[];
}

/** The series of each graph of {@link rowsOf}. */
const SERIES_PER_GRAPH = 25;
/** The series of a graph without backups or creation time. */
const SMALLEST_SERIES = 10;

const NEWEST_START = 1_760_000_000;
const BETWEEN_BACKUPS = 3600;
const DURATION = 327;

/** No resources. */
export const EMPTY_ESTATE: Estate = { graphs: 0, backupsPerGraph: 0, excluded: 0 };

/** A small account. */
export const SMALL_ESTATE: Estate = { graphs: 12, backupsPerGraph: 20, excluded: 0 };

/** An estate with this number of resource series and of backups. */
export function estateOfSeries(series: number, backups: number): Estate {
  if (series === SMALLEST_SERIES) return { graphs: 1, backupsPerGraph: 0, excluded: backups };
  const graphs = series / SERIES_PER_GRAPH;
  if (!Number.isInteger(graphs) || backups % graphs !== 0) {
    throw new RangeError(`no estate has ${series} series and ${backups} backups`);
  }
  return { graphs, backupsPerGraph: backups / graphs, excluded: 0 };
}

/**
 * The rows of an estate, newest backup first. Each graph has a failed backup. One graph in 25 has a running backup and
 * no creation time: one series more and one less than the others.
 */
export function rowsOf({ graphs, backupsPerGraph, excluded }: Estate): EstateRows {
  const graphRows = Array.from({ length: graphs }, (_, index) => graphRow(index, backupsPerGraph > 0));
  const backups = Array.from({ length: backupsPerGraph }, (_, age) =>
    graphRows.map((graph, index) => backupRow(graph, index, age)),
  ).flat();
  if (excluded === 0) return { backups, graphs: graphRows };
  const excludedGraph = { ...graphRow(graphs, true), name: EXCLUDED_NAME };
  return {
    backups: [
      ...backups,
      ...Array.from({ length: excluded }, (_, age) => backupRow(excludedGraph, graphs, age)),
    ],
    graphs: [...graphRows, excludedGraph],
  };
}

type GraphRow = ReturnType<typeof graphRow>;

const isRunning = (index: number): boolean => index % 25 === 3;
// Graphs of this size have no automatic backups, so none is expected.
const SMALLEST_SIZE = '0';

function graphRow(index: number, hasBackups: boolean) {
  return {
    id: uuid('graph', index),
    name: `orders-${String(index).padStart(4, '0')}`,
    status: '200',
    graph_size_type_index: hasBackups ? '3' : SMALLEST_SIZE,
    data_store_version: '2.3.16',
    arch: index % 5 === 0 ? 'aarch64' : 'x86_64',
    encrypted: index % 3 === 0,
    ...(!(hasBackups && isRunning(index)) && { created: zoneless(1_300_000_000 + index * 61) }),
  };
}

function backupRow(graph: GraphRow, index: number, age: number): Record<string, unknown> {
  const start = NEWEST_START - age * BETWEEN_BACKUPS - index * 7;
  const status = statusOf(index, age);
  return {
    id: uuid('backup', index, age),
    name: `${graph.name}_${start}_auto`,
    backup_method: 'auto',
    graph_id: graph.id,
    graph_name: graph.name,
    graph_status: graph.status,
    graph_size_type_index: graph.graph_size_type_index,
    data_store_version: graph.data_store_version,
    arch: graph.arch,
    status,
    start_timestamp: start * 1000,
    start_time: zoneless(start),
    ...(status !== 'backing_up' && {
      end_timestamp: (start + DURATION) * 1000,
      end_time: zoneless(start + DURATION),
      size: status === 'failed' ? 0 : 1000 + ((index * 31 + age) % 977),
      duration: DURATION,
    }),
    encrypted: graph.encrypted,
  };
}

function statusOf(index: number, age: number): string {
  if (isRunning(index) && age === 0) return 'backing_up';
  return age === 3 ? 'failed' : 'success';
}

const zoneless = (time: number): string => new Date(time * 1000).toISOString().slice(0, 19);

// More than the backups of any graph, so that no two backups share a seed.
const SEEDS_PER_GRAPH = 2 ** 18;

/** A deterministic id that looks as random as those of the services. */
function uuid(kind: 'graph' | 'backup', index: number, age = 0): string {
  const digits = [1, 2, 3, 4]
    .map((salt) => scramble(index * SEEDS_PER_GRAPH + age + salt * 0x9e3779b1 + kind.length * 0x51ed270b))
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function scramble(seed: number): number {
  let word = seed | 0;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}
