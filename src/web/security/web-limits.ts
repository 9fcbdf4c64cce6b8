/** What the server endures. Times are in milliseconds, sizes in bytes. */
export interface WebLimits {
  /** Connections at once; one more is closed at once. */
  readonly connections: number;
  /** Request line and headers together. */
  readonly headerBytes: number;
  readonly headerCount: number;
  /** No path takes a body; so much of one is read and thrown away, more is answered with 413. */
  readonly bodyBytes: number;
  /** From the connection on, the TLS handshake apart, which has as long again, until all headers are there. */
  readonly headersTimeout: number;
  /** From the headers on, until the body is there. */
  readonly bodyTimeout: number;
  /** How long a connection stays open without a request. */
  readonly keepAliveTimeout: number;
  /** How long a client may take none of an answer. */
  readonly stallTimeout: number;
  /** From the headers of a request on, until the answer is taken. */
  readonly answerTimeout: number;
  /** Passwords that wait for their comparison. */
  readonly waitingPasswords: number;
  readonly waitingPasswordsPerClient: number;
  /** Credentials whose comparison is not repeated. */
  readonly rememberedCredentials: number;
}

/** The limits outside of tests. */
export const WEB_LIMITS: WebLimits = {
  connections: 512,
  headerBytes: 16 * 1024,
  headerCount: 100,
  bodyBytes: 1024,
  headersTimeout: 10_000,
  bodyTimeout: 10_000,
  // Longer than the usual minute between two scrapes, so that one connection serves them all.
  keepAliveTimeout: 75_000,
  stallTimeout: 60_000,
  answerTimeout: 300_000,
  waitingPasswords: 32,
  waitingPasswordsPerClient: 4,
  rememberedCredentials: 64,
};
