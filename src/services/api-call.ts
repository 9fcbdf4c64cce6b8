import type { FailureKind } from '../domain/outcome.ts';

/** The permission for a call in each of the two permission systems of the vendor. */
export interface Permission {
  /** The action of a role or custom policy: `gaussdb:backup:list`. */
  readonly role: string;
  /** The action of an identity policy, if it has another name: `gaussdbformysql:backup:list`. */
  readonly identity?: string;
}

/** One call to a service. */
export interface ApiCall {
  /** The value of the label `operation`: `get_policy`, `create_backup`, …; that of every list of backups is `list_backups`. */
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  /** Contains `{project_id}`; all other segments are already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Undefined if the vendor documents none. */
  readonly permission: Permission | undefined;
}

/** The meaning of an error code, if it says more than the HTTP status. */
export interface ErrorMeaning {
  readonly kind?: FailureKind;
  /** Whether a retry may succeed. */
  readonly transient?: true;
  /** Whether it means that the resource in the request does not exist. */
  readonly missing?: true;
  /** Shown to users if a backup or an export was refused. */
  readonly words?: string;
}

/** By error code. */
export type ErrorTable = Readonly<Record<string, ErrorMeaning>>;

/** How a service reports errors. */
export interface ErrorRules {
  readonly codes: ErrorTable;
  /** A 5xx whose code begins with this is retried. */
  readonly transientPrefix?: string;
}
