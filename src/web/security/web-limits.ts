/** Limits for clients. Times in milliseconds, sizes in bytes. */
export const WEB_LIMITS = {
  /** Open connections; one more closes the one that has been idle longest. */
  connections: 512,
  connectionsPerClient: 128,
  /** Waiting requests per connection; one more closes the connection. */
  pipelinedRequests: 8,
  /** Request line and headers together. */
  headerBytes: 16 * 1024,
  headerCount: 100,
  /** No path needs a body; up to this much is read and discarded, more gets 413. */
  bodyBytes: 1024,
  /** How much of a larger one is read after the response, and for how long, so that the client sees the response. */
  lingerBytes: 256 * 1024,
  lingerTimeout: 500,
  /** Until all headers have arrived; the same again for the TLS handshake. */
  headersTimeout: 10_000,
  /** Until the whole request has arrived. */
  requestTimeout: 20_000,
  /** How long a connection stays open without a request: longer than the usual scrape interval, so that scrapes share one. */
  keepAliveTimeout: 75_000,
  /** How long a client may stop reading a response. */
  stallTimeout: 60_000,
  /** From the start of a request until the whole response is read. */
  responseTimeout: 300_000,
  /** Passwords waiting to be compared. */
  waitingPasswords: 32,
  waitingPasswordsPerClient: 4,
  /** Valid credentials that are remembered. */
  rememberedCredentials: 64,
};

export type WebLimits = Readonly<typeof WEB_LIMITS>;
