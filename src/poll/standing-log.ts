import type { Log, LogFields } from '../log/log.ts';

/** Says a thing when it begins or changes, and again only at the debug level while it lasts. */
export type StandingLog = (
  topic: string,
  state: string,
  level: 'info' | 'warn' | 'debug',
  fields: LogFields,
  message: string,
) => void;

/** A standing log that starts from the states given, in which nothing needs to be said. */
export function createStandingLog(log: Log, initial: Readonly<Record<string, string>>): StandingLog {
  const states = new Map(Object.entries(initial));
  return (topic, state, level, fields, message) => {
    const changed = states.get(topic) !== state;
    states.set(topic, state);
    log[changed ? level : 'debug'](fields, message);
  };
}
