/** Why a row is rejected, the label `reason`, in the order of the checks. */
export const REJECTION_REASONS = ['not_an_object', 'id', 'resource', 'time'] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** One row of a page: any JSON value, not yet validated. */
export type Row = unknown;

/** The content of a page: its rows, and the service's own total if it has one. */
export interface Page {
  readonly rows: readonly Row[];
  readonly total: number | undefined;
}

/** How a list is divided into pages. `limit` is the largest that the service is known to accept. */
export type Paging =
  /** `offset` is a row index; `mayCountPages` if the documentation leaves open whether it is a page number. */
  | { readonly by: 'offset'; readonly limit: number; readonly mayCountPages?: true }
  /** `offset` is a page number, counted from `first`. */
  | { readonly by: 'page'; readonly limit: number; readonly first: 0 | 1 }
  /** One response contains the whole list; neither `offset` nor `limit` is sent. */
  | { readonly by: 'nothing' };

/**
 * A parsed row. `ignored`: valid, but not to be served, such as a backup being deleted. A row that holds several items
 * may hold some that are rejected.
 */
export type RowResult<Item> = Item | readonly (Item | RejectionReason)[] | RejectionReason | 'ignored';

/** A paged list and how to parse it. It does no I/O. */
export interface PagedList<Item> {
  readonly paging: Paging;
  /** Parses a response; undefined if it is not a page of this list. `body` is undefined for a response without one. */
  readonly readPage: (body: unknown) => Page | undefined;
  /** The row's id, read before anything else; undefined without a usable one. */
  readonly readId: (row: Row) => string | undefined;
  /** Parses a row, which may contain several items. */
  readonly readRow: (row: Row) => RowResult<Item>;
}
