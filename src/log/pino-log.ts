import { pino } from 'pino';
import type { Log, LogFields } from './log.ts';
import { toLogfmt } from './logfmt.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['logfmt', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

// Secrets are never logged; this is a second safeguard.
const SECRET_FIELDS = [
  'password',
  'secretKey',
  'secret_key',
  'securityToken',
  'security_token',
  'token',
  'authorization',
];

/** A log with the given level and format that passes finished lines, each ending in a newline, to `write`. */
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
