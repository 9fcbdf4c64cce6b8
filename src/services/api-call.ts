import type { FailureKind } from '../domain/outcome.ts';

/** What to grant for a call, by the names of the vendor's two permission systems. */
export interface Permission {
  /** The action of a role or custom policy: `gaussdb:backup:list`. */
  readonly role: string;
  /** The action of an identity policy, where it has another name: `gaussdbformysql:backup:list`. */
  readonly identity?: string;
}

/** One call to a service. */
export interface ApiCall {
  /** One word for the label `operation`: `list_backups`, `get_policy`, … */
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  /** With `{project_id}` where the project's id belongs; every other segment is encoded already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Undefined where the vendor's pages name none. */
  readonly permission: Permission | undefined;
}

/** What an error code of a service means, where it says more than the HTTP status. */
export interface ErrorMeaning {
  readonly kind?: FailureKind;
  /** Whether the same request may succeed a moment later. */
  readonly transient?: true;
  /** Whether it means that the resource in the request does not exist. */
  readonly missing?: true;
  /** For people, where a backup or an export was refused. */
  readonly words?: string;
}

/** Error codes, as the vendor spells them. */
export type ErrorTable = Readonly<Record<string, ErrorMeaning>>;

/** How a service reports errors. */
export interface ErrorRules {
  readonly codes: ErrorTable;
  /** Codes that begin with this make a 5xx a passing fault. */
  readonly transientPrefix?: string;
}
