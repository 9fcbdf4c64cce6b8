/** The fields of a log line. Values never contain a secret. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The log: one line per call. */
export interface Log {
  readonly debug: (fields: LogFields, message: string) => void;
  readonly info: (fields: LogFields, message: string) => void;
  readonly warn: (fields: LogFields, message: string) => void;
  readonly error: (fields: LogFields, message: string) => void;
}
