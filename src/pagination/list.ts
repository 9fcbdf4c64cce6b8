/** Why a row is rejected, as the label `reason` names it, in the order in which a row is checked. */
export const REJECTION_REASONS = ['not_an_object', 'id', 'resource', 'time'] as const;
/** One of {@link REJECTION_REASONS}. */
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** One row of a page: any JSON value, not yet validated. */
export type Row = unknown;

/** The content of one page: its rows, and the service's own count of all rows where it gives one. */
export interface Page {
  readonly rows: readonly Row[];
  readonly total: number | undefined;
}

/** How a list is divided into pages. `limit` is the largest that the service is known to accept. */
export type Paging =
  /** `offset` is the index of a row; `mayCountPages` where the vendor leaves open that it is a page number. */
  | { readonly by: 'offset'; readonly limit: number; readonly mayCountPages?: true }
  /** `offset` is the number of a page, counted from `first`. */
  | { readonly by: 'page'; readonly limit: number; readonly first: 0 | 1 }
  /** One response holds the whole list; neither `offset` nor `limit` is sent. */
  | { readonly by: 'nothing' };

/** What one row was read as. `ignored`: valid, but nothing to be served, such as a backup being deleted. */
export type RowResult<Item> = Item | readonly Item[] | RejectionReason | 'ignored';

/** A list in pages and how to parse it. It does no I/O. */
export interface PagedList<Item> {
  readonly paging: Paging;
  /** Reads a response; undefined when it is not a page of this list. A response without a body has an undefined `body`. */
  readonly readPage: (body: unknown) => Page | undefined;
  /** The row's own id, before anything else of it is read; undefined when it has none that can be used. */
  readonly readId: (row: Row) => string | undefined;
  /** Parses one row. One row may hold several items. */
  readonly readRow: (row: Row) => RowResult<Item>;
}
