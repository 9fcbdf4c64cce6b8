/** An API of the simulated cloud: `iam`, `metadata`, or what a service calls it, mostly its type. */
export type SimulatedService = string;

/** What a request is for: `sign_in`, `list_backups`, …; `other` is every path that the cloud does not know. */
export type SimulatedOperation = string;

/** What the account may do; everything is granted at the start. Without `metadata:agency` the server has no agency. */
export type SimulatedPermission = string;

/** How a simulated cloud is made. */
export interface SimulatedCloudOptions {
  /** Number of graphs where `counts` gives none (12). The first eight have the characters of {@link SimulatedCharacter}, in its order. */
  readonly graphs: number;
  /** Number of database instances where `counts` gives none (6). The second one fails, all others are healthy. */
  readonly instances: number;
  /** Number of resources by the type of their service (none). The first eight may have a character. */
  readonly counts: Readonly<Record<string, number>>;
  /** False makes every resource healthy (true). */
  readonly characters: boolean;
  /** All names, ids, times and sizes follow from it and the clock (1). */
  readonly seed: number;
  /** Divides the time between backups and the time that they take (1). Timestamps stay real. */
  readonly speed: number;
  /** Probability that a backup of a healthy resource fails and is started again soon after (0). */
  readonly mishaps: number;
  /** Now, in Unix seconds (the machine's clock). A clock that goes back stops the world, not the answers. */
  readonly clock: () => number;
  /** Seconds of past that exist at the start (ten days, divided by the speed). */
  readonly history: number;
  /** Region, and the name of its project unless `projectName` is given (`cn-north-4`). */
  readonly region: string;
  /** 32 hexadecimal digits. */
  readonly projectId: string;
  /** Name of the project (the region). */
  readonly projectName: string;
  /** Most rows that a page has, whatever limit was asked for (undefined: the limit). */
  readonly pageLimit: number | undefined;
  /** Order of the backup lists by start (`newest-first`). */
  readonly listOrder: 'newest-first' | 'oldest-first';
  /** Manual backups that a graph may have; one more is refused (10). */
  readonly manualBackupQuota: number;
  /** Life of a token in seconds (24 h). */
  readonly tokenLife: number;
  /** Characters of a token, at least 64 (6000). */
  readonly tokenLength: number;
  /** When the user's password expires, in Unix seconds (undefined: never; IAM then says ""). */
  readonly passwordExpiresAt: number | undefined;
  /** Life in seconds of the keys that the metadata service gives; it gives a new one after half of it (6 h). */
  readonly temporaryKeyLife: number;
  /**
   * Session tokens of the metadata service: `optional` checks one that is sent, `required` refuses requests
   * without one, `absent` answers 404 to the request for one (`optional`).
   */
  readonly metadataSession: 'optional' | 'required' | 'absent';
  /** Most entries in `requests`; the oldest go first (10,000). */
  readonly requestLog: number;
  /** Port on 127.0.0.1; 0 picks one (0). */
  readonly port: number;
  /** PEM texts for HTTPS (undefined: HTTP). */
  readonly tls: { readonly key: string; readonly cert: string } | undefined;
}

/** Who may sign in, and how. The values are those of now: they follow `changePassword` and the like. */
export interface SimulatedAccount {
  readonly user: string;
  readonly domain: string;
  readonly password: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** A temporary access key that does not expire by itself. */
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

/** A request that arrived, without its secrets. */
export interface SimulatedRequest {
  readonly method: string;
  readonly path: string;
  /** The query as sent, without `?`. */
  readonly query: string;
  /** Lower-case names; values of headers that hold secrets read `<secret>`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as parsed JSON, else as text, for services other than IAM; undefined for none. */
  readonly body: unknown;
  readonly service: SimulatedService | undefined;
  readonly operation: SimulatedOperation;
  /** When it arrived, in Unix seconds of the cloud's clock. */
  readonly at: number;
  /** Status of the answer; undefined while there is none, also for ever. */
  readonly status: number | undefined;
}

/** Something that goes wrong with a request. Unless said otherwise the request has no effect. */
export type SimulatedFault =
  /** Answers with this status. A string or bytes are sent as they are, anything else as JSON; undefined is no body. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Closes the connection instead of answering. */
  | { readonly kind: 'reset' }
  /** Closes the connection after the headers and half of the right answer's body. */
  | { readonly kind: 'reset-in-body' }
  /** Never answers. */
  | { readonly kind: 'no-answer' }
  /** Sends the right answer's body byte by byte, one every `secondsPerByte` (1). */
  | { readonly kind: 'drip'; readonly secondsPerByte?: number }
  /** 200 with a web page. */
  | { readonly kind: 'html' }
  /** 200 without a body. */
  | { readonly kind: 'empty' }
  /** The first half of the right answer, as if it were whole. */
  | { readonly kind: 'cut-json' }
  /** 200 with JSON that no API answers with: `body`, or an array of three values. */
  | { readonly kind: 'wrong-shape'; readonly body?: unknown }
  /** 200 with a JSON body of that many bytes, made while it is sent, without a content-length. */
  | { readonly kind: 'huge-body'; readonly bytes: number }
  /** 200 with objects nested that deep (100,000). */
  | { readonly kind: 'deep-nesting'; readonly depth?: number }
  /** Sends the client elsewhere (301). */
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** The right answer with one more header, of that many bytes. */
  | { readonly kind: 'big-header'; readonly bytes: number }
  /** The right answer, that many real seconds late. */
  | { readonly kind: 'delay'; readonly seconds: number }
  /** A list whose pages are always full of rows never seen before. Other calls are answered rightly. */
  | { readonly kind: 'endless-paging' }
  /** A list that answers each offset with its first page and claims to be longer. Other calls are answered rightly. */
  | { readonly kind: 'repeated-page' }
  /** Does what was asked (a backup is created) and never answers, or closes the connection. */
  | { readonly kind: 'lost-answer'; readonly how?: 'no-answer' | 'reset' };

/** A fault and the requests that it befalls. Of several orders that match, the oldest with calls left acts. */
export interface FaultOrder {
  /** What has to be equal; `{}` matches every request. */
  readonly match: { readonly operation?: SimulatedOperation; readonly service?: SimulatedService };
  /** Matching calls that it leaves alone first (0). */
  readonly skip?: number;
  /** Calls that it befalls after that (all). */
  readonly times?: number;
  readonly fault: SimulatedFault;
}

/** Undoes what was ordered; a second call does nothing. */
export type Undo = () => void;

/** Rows to serve as they are instead of the world's. */
export interface VerbatimList {
  readonly rows: readonly unknown[];
  /** The service's own count (the number of rows). */
  readonly total?: unknown;
  /** True answers every request with all rows, as the vendor's sample does (false). */
  readonly ignorePaging?: boolean;
}

/** A page that is about to be answered. */
export interface PageRequest {
  readonly service: SimulatedService;
  readonly operation: SimulatedOperation;
  readonly offset: number;
  readonly limit: number;
}

/**
 * What sets a resource apart. In this order they are given to the graphs:
 * - `healthy`: a good automatic backup every 24 h.
 * - `failing`: all backups of the last three days and a half have failed.
 * - `stale`: no backup has been started for three days and a half.
 * - `running`: each backup takes five hours; one was started 40 minutes before the start.
 * - `unknown`: an hour after each good backup comes one with a status that nobody has documented.
 * - `deleted`: a graph that is gone (not in the inventory) with the backups that it left.
 * - `never`: a graph without any backup.
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

/** A graph or an instance, for tests to pick from. */
export interface SimulatedResource {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly character: SimulatedCharacter;
  readonly deleted: boolean;
  /** Unix seconds. */
  readonly created: number;
}

/** The truth about a backup that is listed, in seconds and bytes, to compare with what a client made of its row. */
export interface SimulatedBackup {
  readonly id: string;
  readonly resourceId: string;
  readonly method: 'auto' | 'manual';
  readonly state: 'running' | SimulatedResult;
  /** Unix seconds, whole. */
  readonly start: number;
  /** Unix seconds, whole; undefined while it runs. */
  readonly end: number | undefined;
  /** Undefined while it runs; 0 for one that failed. */
  readonly sizeBytes: number | undefined;
}

/**
 * Hands on the world. A resource is named by its id. Each throws an Error when there is no such resource
 * (or backup), and takes effect at the clock's now.
 */
export interface WorldControls {
  /** All resources, deleted ones included, graphs first, in the order in which they were made. */
  readonly resources: () => readonly SimulatedResource[];
  /** The first resource of a kind (`graph`) with a character. */
  readonly resourceOf: (character: SimulatedCharacter, kind?: string) => SimulatedResource;
  /** The backups of a resource that are listed now, oldest first. */
  readonly backupsOf: (resourceId: string) => readonly SimulatedBackup[];
  /** The next `times` (1) backups that start will fail. */
  readonly failNextBackup: (resourceId: string, times?: number) => void;
  /** The next export of this graph will fail. */
  readonly failNextExport: (resourceId: string) => void;
  /** No automatic backup starts any more; one that runs goes on. */
  readonly stopBackups: (resourceId: string) => void;
  /** Automatic backups start again, with the next that is due. */
  readonly resumeBackups: (resourceId: string) => void;
  /** The backup that runs, or else the next one, never ends (until `finishBackup`). */
  readonly hang: (resourceId: string) => void;
  /** Backups that start from now on have `factor` times their usual size. */
  readonly shrink: (resourceId: string, factor: number) => void;
  /** Backups that start from now on take `factor` times as long as usual. */
  readonly slowDown: (resourceId: string, factor: number) => void;
  /** Starts a backup now and gives its id. Throws when one runs. `duration` is in seconds as it will be seen. */
  readonly startBackup: (
    resourceId: string,
    options?: { method?: 'auto' | 'manual'; result?: SimulatedResult; duration?: number },
  ) => string;
  /** Ends the backup that runs, now (`success`). Throws when none runs. */
  readonly finishBackup: (resourceId: string, result?: SimulatedResult) => void;
  /** Takes a backup off the lists. */
  readonly removeBackup: (backupId: string) => void;
  /** Deletes a graph; its backups stay. */
  readonly deleteGraph: (resourceId: string) => void;
  /** Deletes an instance and its backups. */
  readonly deleteInstance: (resourceId: string) => void;
  /** Adds a graph, created now, and gives its id. `withBackups` (true): one starts now and then on its schedule. */
  readonly addGraph: (options?: { name?: string; withBackups?: boolean; created?: number }) => string;
  /** Adds an instance; as `addGraph`. */
  readonly addInstance: (options?: { name?: string; withBackups?: boolean; created?: number }) => string;
  /** Adds a resource of a kind; as `addGraph`. */
  readonly add: (
    kind: string,
    options?: { name?: string; withBackups?: boolean; created?: number },
  ) => string;
  /** Deletes a resource of any kind, and its backups where its service does not keep them. */
  readonly remove: (resourceId: string) => void;
  /** Renames a resource; its old backups keep their own names and show the resource's new one. */
  readonly rename: (resourceId: string, name: string) => void;
  /** Sets the status code of a graph, in the service's own numbers. */
  readonly setGraphStatus: (resourceId: string, status: string) => void;
}

/** A running simulated cloud and the hands on it. */
export interface SimulatedCloud extends WorldControls {
  /** `http://127.0.0.1:PORT`, or `https://` with `tls`; for every endpoint, the metadata service's too. */
  readonly origin: string;
  /** The endpoint of a service by its type. */
  readonly endpointOf: (type: string) => string;
  readonly account: SimulatedAccount;
  /** Requests so far, oldest first, as they stand now. */
  readonly requests: readonly SimulatedRequest[];
  readonly clearRequests: () => void;

  /** Orders a fault; gives its undo. */
  readonly order: (order: FaultOrder) => Undo;
  /** Calls the hook before a page of a list is worked out, the first page included; gives its undo. */
  readonly betweenPages: (hook: (page: PageRequest) => void | Promise<void>) => Undo;
  /** Serves these rows as they are, still in pages; undefined serves the world's again. */
  readonly setBackups: (service: SimulatedService, list: VerbatimList | undefined) => void;
  /** The same for the list of graphs or instances. */
  readonly setInventory: (service: SimulatedService, list: VerbatimList | undefined) => void;

  /** Gives a token as signing in does, without a request. */
  readonly issueToken: () => string;
  /** Ends every token given so far: 401 APIGW.0301. */
  readonly revokeTokens: () => void;
  /** Ends every key that the metadata service gave so far; it gives a new one when asked again. */
  readonly revokeTemporaryKeys: () => void;
  /** Changes the password and ends every token. */
  readonly changePassword: (password: string) => void;
  /** Changes the secret key that belongs to `account.accessKey`. */
  readonly changeSecretKey: (secretKey: string) => void;
  /** Changes the OIDC id token that is accepted. */
  readonly changeIdToken: (idToken: string) => void;
  readonly grant: (permission: SimulatedPermission) => void;
  readonly deny: (permission: SimulatedPermission) => void;
  /**
   * Puts the cloud's clock that many seconds ahead of the given one: for `Date`, tokens and signatures
   * (15 minutes of difference are accepted), not for backups.
   */
  readonly skewClock: (seconds: number) => void;

  /** Closes the port and every connection: calls are refused until `plugIn`. */
  readonly unplug: () => Promise<void>;
  /** Opens the same port again. */
  readonly plugIn: () => Promise<void>;
  /** Ends everything: connections, timers, port. */
  readonly stop: () => Promise<void>;
}
