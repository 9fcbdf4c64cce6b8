/** What clients may do at most. Times are in milliseconds, sizes in bytes. */
export interface WebLimits {
  /** Connections at once; one more closes the one that has been idle the longest. */
  readonly connections: number;
  /** The same of one client. */
  readonly connectionsPerClient: number;
  /** Requests that wait on one connection for the response to the one before; one more closes the connection. */
  readonly pipelinedRequests: number;
  /** Request line and headers together. */
  readonly headerBytes: number;
  readonly headerCount: number;
  /** No path takes a body; so much of one is read and discarded, more gets 413. */
  readonly bodyBytes: number;
  /** Until all headers are there; the TLS handshake has as long again. */
  readonly headersTimeout: number;
  /** The same of the whole request. */
  readonly requestTimeout: number;
  /** How long a connection stays open without a request. */
  readonly keepAliveTimeout: number;
  /** How long a client may read none of a response. */
  readonly stallTimeout: number;
  /** From the beginning of a request until the whole response is read. */
  readonly responseTimeout: number;
  /** Passwords that wait to be compared. */
  readonly waitingPasswords: number;
  readonly waitingPasswordsPerClient: number;
  /** Credentials that are remembered as right. */
  readonly rememberedCredentials: number;
}

/** The limits outside of tests. */
export const WEB_LIMITS: WebLimits = {
  connections: 512,
  connectionsPerClient: 128,
  pipelinedRequests: 8,
  headerBytes: 16 * 1024,
  headerCount: 100,
  bodyBytes: 1024,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  // Longer than the usual minute between two scrapes, so that one connection serves them all.
  keepAliveTimeout: 75_000,
  stallTimeout: 60_000,
  responseTimeout: 300_000,
  waitingPasswords: 32,
  waitingPasswordsPerClient: 4,
  rememberedCredentials: 64,
};
