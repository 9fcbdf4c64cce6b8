/** What a log line tells beside its message. Values never hold a secret. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the program writes what happens to it: one line a call. */
export interface Log {
  readonly debug: (fields: LogFields, message: string) => void;
  readonly info: (fields: LogFields, message: string) => void;
  readonly warn: (fields: LogFields, message: string) => void;
  readonly error: (fields: LogFields, message: string) => void;
}
