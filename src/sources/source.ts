import type { Operation } from '../cloud/operation.ts';
import type { Backup, Resource } from '../domain/backup.ts';
import type { ServiceType } from '../domain/service.ts';

/** Why a row cannot be read, as the label `reason` names it, in the order in which a row is checked. */
export const REJECTION_REASONS = ['not_an_object', 'id', 'resource', 'time'] as const;
/** One of {@link REJECTION_REASONS}. */
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** One row of a page: any JSON value, not yet looked at. */
export type Row = unknown;

/** What an answer's envelope holds: the rows, and the service's own count of all rows where it gives one. */
export interface Page {
  readonly rows: readonly Row[];
  readonly total: number | undefined;
}

/** One list of one API: where to ask, how to page, and one parser. It does no I/O. */
export interface ListSource<Item> {
  readonly operation: Operation;
  /** With `{project_id}` where the project's id belongs. */
  readonly path: string;
  /** The largest `limit` that the service is known to take. */
  readonly pageSize: number;
  /** Whether the vendor leaves open that `offset` counts pages. */
  readonly offsetMayBePageNumber?: true;
  /** Reads the envelope; undefined when it is not one of this API. */
  readonly readPage: (body: unknown) => Page | undefined;
  /** The row's own id, before anything else of it is read; undefined when it has none that can be used. */
  readonly readId: (row: Row) => string | undefined;
  /** Reads one row into the domain, or says why it cannot. */
  readonly readRow: (row: Row) => Item | RejectionReason;
}

/** How one service of the cloud tells of its backups and of what should be backed up. */
export interface BackupSource {
  readonly service: ServiceType;
  readonly backups: ListSource<Backup>;
  readonly inventory: ListSource<Resource>;
}
