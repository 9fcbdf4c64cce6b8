/** Limits for clients. Times in milliseconds, sizes in bytes. */
export interface WebLimits {
  /** Open connections; one more closes the one that has been idle longest. */
  readonly connections: number;
  readonly connectionsPerClient: number;
  /** Waiting requests per connection; one more closes the connection. */
  readonly pipelinedRequests: number;
  /** Request line and headers together. */
  readonly headerBytes: number;
  readonly headerCount: number;
  /** No path needs a body; up to this much is read and discarded, more gets 413. */
  readonly bodyBytes: number;
  /** Until all headers have arrived; the same again for the TLS handshake. */
  readonly headersTimeout: number;
  /** Until the whole request has arrived. */
  readonly requestTimeout: number;
  /** How long a connection stays open without a request. */
  readonly keepAliveTimeout: number;
  /** How long a client may stop reading a response. */
  readonly stallTimeout: number;
  /** From the start of a request until the whole response is read. */
  readonly responseTimeout: number;
  /** Passwords waiting to be compared. */
  readonly waitingPasswords: number;
  readonly waitingPasswordsPerClient: number;
  /** Valid credentials that are remembered. */
  readonly rememberedCredentials: number;
}

export const WEB_LIMITS: WebLimits = {
  connections: 512,
  connectionsPerClient: 128,
  pipelinedRequests: 8,
  headerBytes: 16 * 1024,
  headerCount: 100,
  bodyBytes: 1024,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  // Longer than the usual scrape interval, so that scrapes share a connection.
  keepAliveTimeout: 75_000,
  stallTimeout: 60_000,
  responseTimeout: 300_000,
  waitingPasswords: 32,
  waitingPasswordsPerClient: 4,
  rememberedCredentials: 64,
};
