import type { ProjectClient } from '../cloud/client.ts';
import { CloudFailure } from '../cloud/failure.ts';
import type { Operation } from '../cloud/operation.ts';
import type { ServiceConfig } from '../config/config.ts';
import type { Backup, Resource } from '../domain/backup.ts';
import type { FailureKind } from '../domain/outcome.ts';
import { type CompleteList, type MovingList, readCompleteList } from '../pagination/complete-list.ts';
import { pagedList } from '../pagination/list-source.ts';
import type { FetchPage } from '../pagination/page-reader.ts';
import { type Collector, type Walk, WalkError } from '../pagination/walk.ts';
import type { ListSource } from '../sources/source.ts';
import { sourceOf } from '../sources/source-of.ts';
import { type BackupTallies, createBackupTallies } from '../state/backup-tallies.ts';
import type { FinishedLedger } from '../state/finished.ts';

/** Why a list could not be read. `reason` is one sentence for people. */
export interface ReadFailure {
  readonly kind: 'failed';
  readonly outcome: FailureKind;
  readonly reason: string;
  /** What was being done: the list itself, or what comes before it, such as signing in. */
  readonly operation: Operation;
  /** The walk that found it, where one came to its end. */
  readonly walk: Walk | undefined;
}

/** A list of one service: complete with its items, or failed. */
export type ListReading<Items extends Collector<never>> = CompleteList<Items> | ReadFailure;

/** Gathers an inventory by id. */
export interface ResourceListing extends Collector<Resource> {
  readonly byId: ReadonlyMap<string, Resource>;
}

/** How lists are read. */
export interface ListReader {
  readonly client: ProjectClient;
  readonly service: ServiceConfig;
  /** Pages under way beside the one that is awaited. */
  readonly ahead: number;
}

/**
 * Reads all backups of a service; never rejects. A service that repeats one page lists no more than that: where more
 * was listed before, it is not believed.
 */
export async function readBackups(
  reader: ListReader,
  ledger: FinishedLedger | undefined,
  signal: AbortSignal,
): Promise<ListReading<BackupTallies>> {
  const { backups } = sourceOf(reader.service);
  const createTallies = () => createBackupTallies(ledger);
  const reading = await readList<Backup, BackupTallies>(
    reader,
    backups,
    createTallies,
    signal,
    ledger?.listed,
  );
  if (reading.kind === 'failed' || reading.walk.gaps !== 'repeated page') return reading;
  const { walk } = reading;
  const before = ledger?.listed.size ?? 0;
  if (walk.listed >= before) return reading;
  const reason = `the service repeats a page: ${walk.listed} backups, where it listed ${before} before`;
  return { kind: 'failed', outcome: 'incomplete', reason, operation: backups.operation, walk };
}

/** Reads the graphs or instances of a service; never rejects. */
export function readInventory(
  reader: ListReader,
  signal: AbortSignal,
): Promise<ListReading<ResourceListing>> {
  const { inventory } = sourceOf(reader.service);
  return readList<Resource, ResourceListing>(reader, inventory, createResourceListing, signal);
}

function createResourceListing(): ResourceListing {
  const byId = new Map<string, Resource>();
  return { byId, add: (resource) => void byId.set(resource.id, resource) };
}

async function readList<Item, Items extends Collector<Item>>(
  { client, service, ahead }: ListReader,
  source: ListSource<Item>,
  createItems: () => Items,
  signal: AbortSignal,
  before?: ReadonlySetLike<string>,
): Promise<ListReading<Items>> {
  const fetchPage: FetchPage = (query, pageSignal) =>
    client.call(
      {
        operation: source.operation,
        service: service.type,
        method: 'GET',
        endpoint: service.endpoint,
        path: source.path,
        query,
        body: undefined,
      },
      pageSignal,
    );
  try {
    const reading = await readCompleteList(pagedList(source), fetchPage, createItems, {
      ahead,
      signal,
      before,
    });
    return reading.kind === 'moving' ? movingFailure(reading, source.operation) : reading;
  } catch (error) {
    return failureOf(error, source.operation);
  }
}

function movingFailure({ walk }: MovingList, operation: Operation): ReadFailure {
  const counted = walk.total === undefined ? '' : ` of ${walk.total}`;
  const reason = `the list changed while it was read: two walks found different rows, the last ${walk.listed}${counted}`;
  return { kind: 'failed', outcome: 'incomplete', reason, operation, walk };
}

function failureOf(error: unknown, operation: Operation): ReadFailure {
  const failed = { kind: 'failed', operation, walk: undefined } as const;
  if (error instanceof CloudFailure) {
    const { kind: outcome, operation: failedOperation } = error.details;
    return { ...failed, outcome, reason: error.message, operation: failedOperation };
  }
  if (error instanceof WalkError) {
    return error.problem === 'endless'
      ? { ...failed, outcome: 'incomplete', reason: 'the list does not end' }
      : {
          ...failed,
          outcome: 'malformed',
          reason: 'the answer is not a list of this API; check the endpoint',
        };
  }
  // A fault of our own on an answer nobody foresaw: it must not stop the other polls.
  const message = error instanceof Error ? error.message : String(error);
  return { ...failed, outcome: 'malformed', reason: `the answer could not be read: ${message}` };
}

/** Gathers all backups of a list. */
export interface BackupListing extends Collector<Backup> {
  readonly backups: readonly Backup[];
}

/** Reads all backups of a service as they are listed; never rejects. */
export function listBackups(reader: ListReader, signal: AbortSignal): Promise<ListReading<BackupListing>> {
  return readList<Backup, BackupListing>(
    reader,
    sourceOf(reader.service).backups,
    createBackupListing,
    signal,
  );
}

function createBackupListing(): BackupListing {
  const backups: Backup[] = [];
  return { backups, add: (backup) => void backups.push(backup) };
}
