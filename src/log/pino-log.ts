import { pino } from 'pino';
import type { Log, LogFields } from './log.ts';
import { toLogfmt } from './logfmt.ts';

/** The levels that `--log.level` takes. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The formats that `--log.format` takes. */
export const LOG_FORMATS = ['logfmt', 'json'] as const;
/** One of {@link LOG_FORMATS}. */
export type LogFormat = (typeof LOG_FORMATS)[number];

// Secrets are never handed to the log; this is the second lock on the door.
const SECRET_FIELDS = [
  'password',
  'secretKey',
  'secret_key',
  'securityToken',
  'security_token',
  'token',
  'authorization',
];

/** A log of the given level and format that hands finished lines, each ending in a newline, to `write`. */
export function createPinoLog(
  options: { readonly level: LogLevel; readonly format: LogFormat },
  write: (line: string) => void,
): Log {
  const logger = pino(
    {
      level: options.level,
      base: null,
      messageKey: 'msg',
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: [...SECRET_FIELDS, ...SECRET_FIELDS.map((field) => `*.${field}`)],
        censor: '[redacted]',
      },
    },
    { write: options.format === 'json' ? write : (line: string) => write(toLogfmt(line)) },
  );
  return {
    debug: (fields: LogFields, message: string) => logger.debug(fields, message),
    info: (fields: LogFields, message: string) => logger.info(fields, message),
    warn: (fields: LogFields, message: string) => logger.warn(fields, message),
    error: (fields: LogFields, message: string) => logger.error(fields, message),
  };
}
