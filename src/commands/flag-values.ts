import { InvalidArgumentError } from 'commander';
import { durationText } from '../config/duration.ts';
import { type Seconds, type UnixSeconds, unixSeconds } from '../domain/quantities.ts';
import { errorMessage } from '../errors.ts';
import { RESERVED_PATHS } from '../web/routing.ts';
import { parseListenAddress } from '../web/security/listen-address.ts';
/** A parser that accepts a text unchanged or refuses it. */
export const textThat =
  (isValid: (text: string) => boolean, expected: string) =>
  (text: string): string => {
    if (isValid(text)) return text;
    throw new InvalidArgumentError(expected);
  };

export const someText = textThat((text) => text.trim() !== '', 'A value is required.');

export const durationThat =
  (isValid: (duration: Seconds) => boolean, expected: string) =>
  (text: string): Seconds => {
    const duration = durationText.safeParse(text);
    if (duration.success && isValid(duration.data)) return duration.data;
    throw new InvalidArgumentError(expected);
  };

export const wholeSeconds = durationThat(
  (duration) => duration >= 1 && Number.isInteger(duration),
  'Expected a duration in whole seconds such as 90s or 4m, at least 1s.',
);

/** A time that may depend on when the command runs. */
export type TimestampFlag = (now: UnixSeconds) => UnixSeconds;

/** `now`, a duration before now, or a time with its zone. */
export function timestamp(text: string): TimestampFlag {
  if (text === 'now') return (now) => now;
  const ago = durationText.safeParse(text);
  if (ago.success) return (now) => unixSeconds(now - ago.data);
  const time = readTime(text);
  if (time !== undefined) return () => unixSeconds(time);
  throw new InvalidArgumentError(
    'Expected "now", a duration before now such as 30d, or a timestamp such as 2026-01-31 or 2026-01-31T08:00:00+08:00.',
  );
}

const TIME = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d))?$/;

function readTime(text: string): number | undefined {
  const [, day] = TIME.exec(text) ?? [];
  const time = Date.parse(text);
  if (day === undefined || Number.isNaN(time)) return undefined;
  // JavaScript parses 30 February as 2 March.
  return new Date(day).toISOString().startsWith(day) ? time / 1000 : undefined;
}

/** A bucket and a folder in OBS, without the prefix `obs://`. */
export function obsPath(text: string): string {
  const path = text.replace(/^obs:\/\//, '');
  const [bucket = '', ...folders] = path.split('/');
  if (!isBucket(bucket)) {
    throw new InvalidArgumentError(
      'Expected a bucket (3 to 63 lower-case letters, digits, "-" and ".") and optional folders, such as my-bucket/backups/.',
    );
  }
  const named = folders.at(-1) === '' ? folders.slice(0, -1) : folders;
  if (named.every((name) => !/^\.{0,2}$|[\s\p{C}\\]/u.test(name))) return path;
  throw new InvalidArgumentError(
    'Each folder after the bucket needs a name without spaces, such as my-bucket/backups/2026/.',
  );
}

// The naming rules of OBS: no adjacent periods, no period next to a hyphen, no IP address.
const isBucket = (name: string): boolean =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !/\.\.|-\.|\.-|^\d+\.\d+\.\d+\.\d+$/.test(name);

export function listenAddress(text: string): string {
  try {
    parseListenAddress(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError(
      errorMessage(error).replace(`listen address ${JSON.stringify(text)} `, 'It '),
    );
  }
}

/** A path of the web server that is not in use. */
export function telemetryPath(text: string): string {
  if (!/^(?:\/[A-Za-z0-9._~-]+)+$/.test(text)) {
    throw new InvalidArgumentError(
      'Expected a path such as /metrics: letters, digits, ".", "_", "~" and "-" between slashes.',
    );
  }
  const reserved = RESERVED_PATHS.some(
    (path) => text === path || (path !== '/' && text.startsWith(`${path}/`)),
  );
  if (reserved) throw new InvalidArgumentError('That path is in use; /metrics is the default.');
  return text;
}

export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };

const LARGEST_FACTOR = 100_000;

export function factor(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= LARGEST_FACTOR) return number;
  throw new InvalidArgumentError(`Expected a number above 0, at most ${LARGEST_FACTOR}.`);
}

// In an annotation, quotes and braces would end a string or start a template.
const ADDRESS = /^https?:\/\/[^\s"'{}?#]+$/;

/** A URL without trailing slashes. */
export function webAddress(text: string): string {
  const address = text.replace(/\/+$/, '');
  if (ADDRESS.test(address.replaceAll('{alert}', '')) && URL.canParse(address)) return address;
  throw new InvalidArgumentError('Expected a URL that begins with http:// or https:// and has no query.');
}

/** The URL of Grafana, or of a dashboard in it. */
export const grafanaUrl = (text: string): string =>
  webAddress(text.replaceAll('{', ' ').replace(/\/d\/.*$/, ''));

/** Prefix of the program in commands to copy. */
export const commandPrefix = (text: string): string => onOneLine(text).trim();

const onOneLine = textThat(
  (text) => text.trim() !== '' && !/\p{Cc}|\{\{/u.test(text),
  'Expected one line without "{{".',
);
