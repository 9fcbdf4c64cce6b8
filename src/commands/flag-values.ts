import { InvalidArgumentError } from 'commander';
import { durationText } from '../config/duration.ts';
import { type Seconds, type UnixSeconds, unixSeconds } from '../domain/quantities.ts';
import { errorMessage } from '../errors.ts';
import { RESERVED_PATHS } from '../web/routing.ts';
import { parseListenAddress } from '../web/security/listen-address.ts';

/** A parser of the value of a flag; what `read` cannot read is refused with what was expected. */
export const flagValue =
  <Value>(read: (text: string) => Value | undefined, expected: string) =>
  (text: string): Value => {
    const value = read(text);
    if (value === undefined) throw new InvalidArgumentError(expected);
    return value;
  };

/** A parser that accepts a text unchanged or refuses it. */
export const textThat = (isValid: (text: string) => boolean, expected: string) =>
  flagValue((text) => (isValid(text) ? text : undefined), expected);

export const someText = textThat((text) => text.trim() !== '', 'A value is required.');

export const durationThat = (isValid: (duration: Seconds) => boolean, expected: string) =>
  flagValue((text) => {
    const { data: duration } = durationText.safeParse(text);
    return duration !== undefined && isValid(duration) ? duration : undefined;
  }, expected);

export const wholeSeconds = durationThat(
  (duration) => duration >= 1 && Number.isInteger(duration),
  'Expected a duration in whole seconds such as 90s or 4m, at least 1s.',
);

export const waitTimeout = durationThat(
  (duration) => duration >= 1,
  'Expected a duration of at least 1s, such as 90s, 30m or 2h.',
);

/** A time that may depend on when the command runs. */
export type TimestampFlag = (now: UnixSeconds) => UnixSeconds;

/** `now`, a duration before now, or a time with its zone. */
export const timestamp = flagValue((text): TimestampFlag | undefined => {
  if (text === 'now') return (now) => now;
  const { data: ago } = durationText.safeParse(text);
  if (ago !== undefined) return (now) => unixSeconds(now - ago);
  const time = readTime(text);
  return time === undefined ? undefined : () => time;
}, 'Expected "now", a duration before now such as 30d, or a timestamp such as 2026-01-31 or 2026-01-31T08:00:00+08:00.');

const TIME = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d))?$/;

function readTime(text: string): UnixSeconds | undefined {
  const [, day] = TIME.exec(text) ?? [];
  const time = Date.parse(text);
  if (day === undefined || Number.isNaN(time)) return undefined;
  // JavaScript parses 30 February as 2 March.
  return new Date(day).toISOString().startsWith(day) ? unixSeconds(time / 1000) : undefined;
}

/** A bucket and a folder in OBS, without the prefix `obs://`. */
export const obsPath = (text: string): string => withFolders(withBucket(text.replace(/^obs:\/\//, '')));

// The naming rules of OBS: no adjacent periods, no period next to a hyphen, no IP address.
const withBucket = textThat((path) => {
  const [bucket = ''] = path.split('/');
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(bucket);
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) && !isAddress && !/\.\.|-\.|\.-/.test(bucket);
}, 'Expected a bucket (3 to 63 lower-case letters, digits, "-" and ".") and optional folders, such as my-bucket/backups/.');

const withFolders = textThat((path) => {
  const [, ...folders] = path.replace(/\/$/, '').split('/');
  return folders.every((name) => !/^\.{0,2}$|[\s\p{C}\\]/u.test(name));
}, 'Each folder after the bucket needs a name without spaces, such as my-bucket/backups/2026/.');

export function listenAddress(text: string): string {
  try {
    parseListenAddress(text);
    return text;
  } catch (error) {
    const message = errorMessage(error).replace(`listen address ${JSON.stringify(text)} `, 'It ');
    throw new InvalidArgumentError(message);
  }
}

/** A path of the web server that is not in use. */
export const telemetryPath = (text: string): string => unusedPath(pathOfWords(text));

const pathOfWords = textThat(
  (text) => /^(?:\/[A-Za-z0-9._~-]+)+$/.test(text),
  'Expected a path such as /metrics: letters, digits, ".", "_", "~" and "-" between slashes.',
);

const unusedPath = textThat(
  (text) => !RESERVED_PATHS.some((path) => text === path || (path !== '/' && text.startsWith(`${path}/`))),
  'The exporter already serves that path; choose another, such as /metrics.',
);

export const numberThat = (isValid: (number: number, text: string) => boolean, expected: string) =>
  flagValue((text) => (isValid(Number(text), text) ? Number(text) : undefined), expected);

export const integer = (least: number, most: number) =>
  numberThat(
    (number, text) => /^\d+$/.test(text) && number >= least && number <= most,
    `Expected an integer from ${least} to ${most}.`,
  );

const LARGEST_FACTOR = 100_000;

export const factor = numberThat(
  (number) => number > 0 && number <= LARGEST_FACTOR,
  `Expected a number above 0, at most ${LARGEST_FACTOR}.`,
);

// In an annotation, quotes and braces would end a string or start a template.
const ADDRESS = /^https?:\/\/[^\s"'{}?#]+$/;

/** A URL without trailing slashes. */
export const webAddress = flagValue((text) => {
  const address = text.replace(/\/+$/, '');
  return ADDRESS.test(address.replaceAll('{alert}', '')) && URL.canParse(address) ? address : undefined;
}, 'Expected a URL that begins with http:// or https:// and has no query.');

/** The URL of Grafana, or of a dashboard in it. */
export const grafanaUrl = (text: string): string =>
  webAddress(text.replaceAll('{', ' ').replace(/\/d\/.*$/, ''));

/** Prefix of the program in commands to copy. */
export const commandPrefix = flagValue(
  (text) => (/\p{Cc}|\{\{/u.test(text) ? undefined : text.trim() || undefined),
  'Expected one line without "{{".',
);
