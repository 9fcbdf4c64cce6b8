/** An API of the simulated cloud: `iam`, `metadata`, or that of a service, usually named after its type. */
export type SimulatedService = string;

/** The operation of a request: `sign_in`, `list_backups`, …; `other` for unknown paths. */
export type SimulatedOperation = string;

/** A permission of the account, which has all at the start. Without `metadata:agency` the server has no agency. */
export type SimulatedPermission = string;

export interface SimulatedCloudOptions {
  /**
   * Number of resources by type of service; 0 for types not included (undefined: what each service has by default).
   * Its first resources may have other characters than `healthy`.
   */
  readonly counts: Readonly<Record<string, number>> | undefined;
  /** False: every resource is healthy (true). */
  readonly characters: boolean;
  /** Determines all names, ids, times and sizes, together with the clock (1). */
  readonly seed: number;
  /** Divides the time between backups and their duration (1). Timestamps remain real. */
  readonly speed: number;
  /** Probability that a backup of a healthy resource fails and is soon retried (0). */
  readonly failureRate: number;
  /** Unix seconds (the clock of the machine). If it goes back, the world does not change, but requests are served. */
  readonly clock: () => number;
  /** Seconds of history at the start (ten days, divided by the speed). */
  readonly history: number;
  /** Also the name of the project unless `projectName` is given (`cn-north-4`). */
  readonly region: string;
  /** 32 hexadecimal digits. */
  readonly projectId: string;
  /** Name of the project (the region). */
  readonly projectName: string;
  /** Maximum number of rows in a page, whatever the requested limit (undefined: the limit). */
  readonly pageLimit: number | undefined;
  /** Order of the backup lists by start (`newest-first`). */
  readonly listOrder: 'newest-first' | 'oldest-first';
  /** Maximum number of manual backups of a graph (10). */
  readonly manualBackupQuota: number;
  /** Lifetime of a token in seconds (24 h). */
  readonly tokenLife: number;
  /** Characters of a token, at least 64 (6000). */
  readonly tokenLength: number;
  /** When the password of the user expires, in Unix seconds (undefined: never; IAM then returns ""). */
  readonly passwordExpiresAt: number | undefined;
  /** Lifetime in seconds of the keys of the metadata service, which returns a new one after half of it (6 h). */
  readonly temporaryKeyLife: number;
  /**
   * Session tokens of the metadata service: `optional` checks those that are sent, `required` refuses requests
   * without one, `absent` returns 404 to requests for one (`optional`).
   */
  readonly metadataSession: 'optional' | 'required' | 'absent';
  /** Maximum number of entries in `requests`; the oldest are removed (10,000). */
  readonly requestLog: number;
  /** Port on 127.0.0.1; 0: any free one (0). */
  readonly port: number;
  /** PEM for HTTPS (undefined: HTTP). */
  readonly tls: { readonly key: string; readonly cert: string } | undefined;
}

/** The credentials of the account, updated by `changePassword` and similar calls. */
export interface SimulatedAccount {
  readonly user: string;
  readonly domain: string;
  readonly password: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** A temporary access key that does not expire. */
  readonly temporaryKey: {
    readonly accessKey: string;
    readonly secretKey: string;
    readonly securityToken: string;
  };
  readonly oidc: { readonly idpId: string; readonly idToken: string };
  readonly region: string;
  readonly projectId: string;
  readonly projectName: string;
}

/** A request as received, without secrets. */
export interface SimulatedRequest {
  readonly method: string;
  readonly path: string;
  /** Without `?`. */
  readonly query: string;
  /** Lower-case names; secret values are `<secret>`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, otherwise text; undefined without a body, and for IAM. */
  readonly body: unknown;
  readonly service: SimulatedService | undefined;
  readonly operation: SimulatedOperation;
  /** When it arrived, in Unix seconds by the clock of the cloud. */
  readonly at: number;
  /** Status of the response; undefined if none was sent. */
  readonly status: number | undefined;
}

/** A fault instead of the correct response. Unless stated otherwise, the request has no effect. */
export type SimulatedFault =
  /** Returns this status. A string or bytes are sent unchanged, anything else as JSON; undefined: no body. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Closes the connection without a response. */
  | { readonly kind: 'reset' }
  /** Closes the connection after half of the body. */
  | { readonly kind: 'reset-in-body' }
  /** Never responds. */
  | { readonly kind: 'no-response' }
  /** Sends the correct body one byte per `secondsPerByte` (1). */
  | { readonly kind: 'drip'; readonly secondsPerByte?: number }
  /** 200 with a web page. */
  | { readonly kind: 'html' }
  /** 200 without a body. */
  | { readonly kind: 'empty' }
  /** Sends the first half of the body as if it were complete. */
  | { readonly kind: 'cut-json' }
  /** 200 with JSON that no API returns: `body`, or an array of three values. */
  | { readonly kind: 'wrong-shape'; readonly body?: unknown }
  /** 200 with a JSON body of this size, streamed without Content-Length. */
  | { readonly kind: 'huge-body'; readonly bytes: number }
  /** 200 with objects nested this deep (100,000). */
  | { readonly kind: 'deep-nesting'; readonly depth?: number }
  /** Redirects (301). */
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** The correct response with another header of this size. */
  | { readonly kind: 'big-header'; readonly bytes: number }
  /** The correct response, after this many real seconds. */
  | { readonly kind: 'delay'; readonly seconds: number }
  /** A list that always has another page of new rows. Other calls are unaffected. */
  | { readonly kind: 'endless-paging' }
  /** A list that returns its first page for each offset, with a larger total. Other calls are unaffected. */
  | { readonly kind: 'repeated-page' }
  /** Handles the request (a backup is created), but never responds, or closes the connection. */
  | { readonly kind: 'lost-response'; readonly how?: 'no-response' | 'reset' };

/** A fault and the requests that it affects. If several rules match, the oldest with calls left applies. */
export interface FaultRule {
  /** `{}` matches every request. */
  readonly match: { readonly operation?: SimulatedOperation; readonly service?: SimulatedService };
  /** Matching calls to skip first (0). */
  readonly skip?: number;
  /** Calls to affect after that (all). */
  readonly times?: number;
  readonly fault: SimulatedFault;
}

/** Can be called more than once. */
export type Undo = () => void;

/** Rows to serve verbatim instead of those of the world. */
export interface VerbatimList {
  readonly rows: readonly unknown[];
  /** The count by the service (the number of rows). */
  readonly total?: unknown;
  /** True: every response has all rows, as in the vendor's sample (false). */
  readonly ignorePaging?: boolean;
}

/** A page that is about to be returned. */
export interface PageRequest {
  readonly service: SimulatedService;
  readonly operation: SimulatedOperation;
  readonly offset: number;
  readonly limit: number;
}

/**
 * How backups of a resource go:
 * - `healthy`: a successful automatic backup every 24 h.
 * - `failing`: all backups of the last three and a half days have failed.
 * - `stale`: no backup has started for three and a half days.
 * - `running`: each backup takes five hours; one started 40 minutes before the start.
 * - `unknown`: an hour after each successful backup there is one with an undocumented status.
 * - `deleted`: a deleted resource (not in the inventory) whose backups were kept.
 * - `never`: no backups.
 * - `small`: too small for automatic backups; one manual backup.
 */
export type SimulatedCharacter =
  | 'healthy'
  | 'failing'
  | 'stale'
  | 'running'
  | 'unknown'
  | 'deleted'
  | 'never'
  | 'small';

/** How a backup ended; `unknown` ends in an undocumented status. */
export type SimulatedResult = 'success' | 'failed' | 'unknown';

export interface SimulatedResource {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly character: SimulatedCharacter;
  readonly deleted: boolean;
  /** Unix seconds. */
  readonly created: number;
}

/** A listed backup in seconds and bytes, for comparison with what a client read from its row. */
export interface SimulatedBackup {
  readonly id: string;
  readonly resourceId: string;
  readonly method: 'auto' | 'manual';
  readonly state: 'running' | SimulatedResult;
  /** Whole Unix seconds. */
  readonly start: number;
  /** Whole Unix seconds; undefined while running. */
  readonly end: number | undefined;
  /** Undefined while running; 0 if failed. */
  readonly sizeBytes: number | undefined;
}

/**
 * Controls of the world. Each takes the id of a resource or a backup, throws an Error if there is none, and takes
 * effect at the current time.
 */
export interface WorldControls {
  /** All resources, by service and creation, including deleted ones. */
  readonly resources: () => readonly SimulatedResource[];
  /** The first resource of a kind (that of the first service) with a character. */
  readonly resourceOf: (character: SimulatedCharacter, kind?: string) => SimulatedResource;
  /** The listed backups of a resource, oldest first. */
  readonly backupsOf: (resourceId: string) => readonly SimulatedBackup[];
  /** The next `times` (1) backups will fail. */
  readonly failNextBackup: (resourceId: string, times?: number) => void;
  /** The next export of this graph will fail. */
  readonly failNextExport: (resourceId: string) => void;
  /** No more automatic backups start; a running one continues. */
  readonly stopBackups: (resourceId: string) => void;
  /** Automatic backups start again when the next one is due. */
  readonly resumeBackups: (resourceId: string) => void;
  /** The running backup, or else the next one, does not end (until `finishBackup`). */
  readonly hang: (resourceId: string) => void;
  /** Backups that start from now on are `factor` times as large. */
  readonly shrink: (resourceId: string, factor: number) => void;
  /** Backups that start from now on take `factor` times as long. */
  readonly slowDown: (resourceId: string, factor: number) => void;
  /** Starts a backup and returns its id. Throws if one is running. `duration` is in seconds, whatever the speed. */
  readonly startBackup: (
    resourceId: string,
    options?: { method?: 'auto' | 'manual'; result?: SimulatedResult; duration?: number },
  ) => string;
  /** Ends the running backup (`success`). Throws if none is running. */
  readonly finishBackup: (resourceId: string, result?: SimulatedResult) => void;
  /** Removes a backup from the lists. */
  readonly removeBackup: (backupId: string) => void;
  /** Adds a resource of a kind, created now, and returns its id. `withBackups` (true): one starts now, others on schedule. */
  readonly add: (
    kind: string,
    options?: { name?: string; withBackups?: boolean; created?: number },
  ) => string;
  /** Deletes a resource of any kind, and its backups unless its service keeps them. */
  readonly remove: (resourceId: string) => void;
  /** Renames a resource. Old backups keep their names and have the new name of the resource. */
  readonly rename: (resourceId: string, name: string) => void;
  /** Sets the status code of a graph. */
  readonly setGraphStatus: (resourceId: string, status: string) => void;
}

/** A running simulated cloud. */
export interface SimulatedCloud extends WorldControls {
  /** `http://127.0.0.1:PORT`, or `https://` with `tls`; for IAM and the metadata service. */
  readonly origin: string;
  /** The endpoint of a type of service. */
  readonly endpointOf: (type: string) => string;
  readonly account: SimulatedAccount;
  /** Requests so far, oldest first. */
  readonly requests: readonly SimulatedRequest[];
  readonly clearRequests: () => void;

  readonly inject: (rule: FaultRule) => Undo;
  /** Calls the hook before each page of a list is read, including the first. */
  readonly betweenPages: (hook: (page: PageRequest) => void | Promise<void>) => Undo;
  /** Serves these rows verbatim, still in pages; undefined: those of the world again. */
  readonly setBackups: (service: SimulatedService, list: VerbatimList | undefined) => void;
  /** The same for the list of resources. */
  readonly setInventory: (service: SimulatedService, list: VerbatimList | undefined) => void;

  /** Issues a token as a sign-in does, without a request. */
  readonly issueToken: () => string;
  /** Revokes all tokens: 401 APIGW.0301. */
  readonly revokeTokens: () => void;
  /** Revokes all keys of the metadata service, which then returns a new one. */
  readonly revokeTemporaryKeys: () => void;
  /** Changes the password and revokes all tokens. */
  readonly changePassword: (password: string) => void;
  /** Changes the secret key of `account.accessKey`. */
  readonly changeSecretKey: (secretKey: string) => void;
  /** Changes the OIDC id token that is accepted. */
  readonly changeIdToken: (idToken: string) => void;
  readonly grant: (permission: SimulatedPermission) => void;
  readonly deny: (permission: SimulatedPermission) => void;
  /**
   * Sets the clock of the cloud ahead by this many seconds: for `Date`, tokens and signatures (a difference of
   * 15 minutes is accepted), not for backups.
   */
  readonly skewClock: (seconds: number) => void;

  /** Closes the port and all connections until `plugIn`. */
  readonly unplug: () => Promise<void>;
  /** Opens the same port again. */
  readonly plugIn: () => Promise<void>;
  readonly stop: () => Promise<void>;
}
