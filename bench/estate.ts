import { LEFT_OUT_NAME } from './exporter.ts';

/** How much there is to be backed up, and how many backups there are of it. */
export interface Estate {
  readonly graphs: number;
  readonly backupsPerGraph: number;
  /** Backups of one more graph, of a name that the exporter is told to leave out. */
  readonly leftOut: number;
}

/** Rows as the simulated cloud serves them. */
export interface EstateRows {
  readonly backups: readonly Readonly<Record<string, unknown>>[];
  readonly graphs: readonly Readonly<Record<string, unknown>>[];
}

/** The series of a graph of {@link rowsOf}, from whatever kind it is. */
const SERIES_PER_GRAPH = 25;
/** The series of a graph without backups whose creation time is not known. */
const SMALLEST_SERIES = 10;

const NEWEST_START = 1_760_000_000;
const BETWEEN_BACKUPS = 3600;
const DURATION = 327;

/** Nothing at all. */
export const EMPTY_ESTATE: Estate = { graphs: 0, backupsPerGraph: 0, leftOut: 0 };

/** What a small account has. */
export const SMALL_ESTATE: Estate = { graphs: 12, backupsPerGraph: 20, leftOut: 0 };

/** The estate that is served as so many resource series, with so many backups behind them whatever the series. */
export function estateOfSeries(series: number, backups: number): Estate {
  if (series === SMALLEST_SERIES) return { graphs: 1, backupsPerGraph: 0, leftOut: backups };
  const graphs = series / SERIES_PER_GRAPH;
  if (!Number.isInteger(graphs) || backups % graphs !== 0) {
    throw new RangeError(`${series} series of ${backups} backups cannot be made`);
  }
  return { graphs, backupsPerGraph: backups / graphs, leftOut: 0 };
}

/**
 * The rows of an estate, newest backup first. Each graph has a failed backup. Of one in 25 a backup runs and the time
 * of creation is unknown: it has one series more and one less than the others.
 */
export function rowsOf({ graphs, backupsPerGraph, leftOut }: Estate): EstateRows {
  const graphRows = Array.from({ length: graphs }, (_, index) => graphRow(index, backupsPerGraph > 0));
  const backups = Array.from({ length: backupsPerGraph }, (_, age) =>
    graphRows.map((graph, index) => backupRow(graph, index, age)),
  ).flat();
  if (leftOut === 0) return { backups, graphs: graphRows };
  const outsider = { ...graphRow(graphs, true), name: LEFT_OUT_NAME };
  return {
    backups: [...backups, ...Array.from({ length: leftOut }, (_, age) => backupRow(outsider, graphs, age))],
    graphs: [...graphRows, outsider],
  };
}

type GraphRow = ReturnType<typeof graphRow>;

const isRunning = (index: number): boolean => index % 25 === 3;
// Of this size there are no automatic backups, so that none is expected.
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

// More than any graph has backups, so that no two backups share a seed.
const SEEDS_PER_GRAPH = 2 ** 18;

/** An id that looks as random as the services' own, and is the same each time. */
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
