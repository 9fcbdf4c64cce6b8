import { Option } from 'commander';
import { readDuration } from '../config/duration.ts';
import { type Seconds, unixSeconds } from '../domain/quantities.ts';
import { RESERVED_PATHS } from '../web/reserved-paths.ts';
import { parseListenAddress } from '../web/security/listen-address.ts';
import { CommandError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';
import type { MomentFlag } from './flags.ts';
import { visible } from './text-table.ts';

/** What reading the value of a flag comes to: the value, or what is allowed. */
export type FlagReading<Value> = { readonly value: Value } | { readonly allowed: string };

/** A flag with a value, `--limit <count>`, read by `reader`; a value that is not allowed ends the command. */
export function flag<Value>(
  flags: string,
  description: string,
  reader: (text: string) => FlagReading<Value>,
): Option {
  const option = new Option(flags, description);
  return option.argParser((text: string): Value => {
    const reading = reader(text);
    if ('value' in reading) return reading.value;
    throw new CommandError(`${option.long} ${quoted(text)}: ${reading.allowed}`, EXIT.usage);
  });
}

/** A flag that takes one of a few words. */
export function choiceFlag(flags: string, description: string, choices: readonly string[]): Option {
  return flag(flags, `${description}: ${choices.join(', ')}`, (text) =>
    choices.includes(text) ? { value: text } : { allowed: `allowed: ${choices.join(', ')}` },
  );
}

const LONGEST_QUOTE = 100;

const quoted = (text: string): string =>
  `"${visible(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text)}"`;

/** Any text but an empty one. */
export function someText(text: string): FlagReading<string> {
  return text.trim() === '' ? { allowed: 'a value is needed' } : { value: text };
}

/** A duration of at least so much. */
export const durationOf =
  (least: Seconds, example: string) =>
  (text: string): FlagReading<Seconds> => {
    const reading = readDuration(text);
    return reading.ok && reading.value >= least
      ? { value: reading.value }
      : { allowed: `a duration ${example} is allowed` };
  };

/** A duration of whole seconds, at least one. */
export function wholeSeconds(text: string): FlagReading<Seconds> {
  const reading = readDuration(text);
  return reading.ok && reading.value >= 1 && Number.isInteger(reading.value)
    ? { value: reading.value }
    : { allowed: 'a duration of whole seconds such as 90s or 4m is allowed, at least 1s' };
}

/** `now`, so long ago, or a time with its zone. */
export function moment(text: string): FlagReading<MomentFlag> {
  if (text === 'now') return { value: (now) => now };
  const ago = readDuration(text);
  if (ago.ok) return { value: (now) => unixSeconds(now - ago.value) };
  const time = readTime(text);
  return time === undefined
    ? {
        allowed:
          'a duration such as 30d for so long ago, "now", or a time such as 2026-01-31 or 2026-01-31T08:00:00+08:00 is allowed',
      }
    : { value: () => unixSeconds(time) };
}

const TIME = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d))?$/;

function readTime(text: string): number | undefined {
  const day = TIME.exec(text)?.[1];
  // JavaScript takes the 30th of February for the 2nd of March.
  if (day === undefined || !isDay(day)) return undefined;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** A bucket and a folder in object storage, without the `obs://` that tools write before it. */
export function obsPath(text: string): FlagReading<string> {
  const path = text.replace(/^obs:\/\//, '');
  const [bucket = '', ...folders] = path.split('/');
  if (!isBucket(bucket)) {
    return {
      allowed:
        'a bucket must come first, 3 to 63 lower-case letters, digits, "-" and ".", and folders may follow: my-bucket/backups/',
    };
  }
  const named = folders.at(-1) === '' ? folders.slice(0, -1) : folders;
  return named.every(isFolder)
    ? { value: path }
    : { allowed: 'each folder after the bucket needs a name, without spaces: my-bucket/backups/2026/' };
}

// The naming rules of OBS: no adjacent periods, no period next to a hyphen, no IP address.
function isBucket(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !/\.\.|-\.|\.-/.test(name) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name)
  );
}

const isFolder = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !/[\s\p{C}\\]/u.test(name);

/** Where a web server can listen. */
export function listenAddress(text: string): FlagReading<string> {
  try {
    parseListenAddress(text);
    return { value: text };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { allowed: message.replace(`listen address ${JSON.stringify(text)} `, 'it ') };
  }
}

/** A path on the web server that nothing else has. */
export function telemetryPath(text: string): FlagReading<string> {
  if (!/^(?:\/[A-Za-z0-9._~-]+)+$/.test(text)) {
    return {
      allowed: 'a path such as /metrics is allowed: letters, digits, ".", "_", "~" and "-" between slashes',
    };
  }
  const reserved = RESERVED_PATHS.some(
    (path) => text === path || (path !== '/' && text.startsWith(`${path}/`)),
  );
  return reserved
    ? { allowed: 'something else is served there; /metrics is the usual path' }
    : { value: text };
}

/** A whole number between two. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): FlagReading<number> => {
    const number = Number(text);
    return /^\d+$/.test(text) && number >= least && number <= most
      ? { value: number }
      : { allowed: `a whole number from ${least} to ${most} is allowed` };
  };

const LARGEST_FACTOR = 100_000;

/** A number above 0 by which something is divided. */
export function factor(text: string): FlagReading<number> {
  const number = Number(text);
  return number > 0 && number <= LARGEST_FACTOR
    ? { value: number }
    : { allowed: `a number above 0, up to ${LARGEST_FACTOR}, is allowed` };
}
