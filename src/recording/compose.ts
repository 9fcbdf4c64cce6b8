import { deflateRawSync } from 'node:zlib';
import type { Config } from '../config/config.ts';
import type { ApiCall } from '../services/api-call.ts';
import { apiCalls } from '../services/index.ts';
import { PROBES } from '../services/probes.ts';
import type { CollectedResponse } from './collect.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import type { RecordedResponse, Recording } from './recording.ts';
import { type Redaction, redact } from './redact.ts';
import { type ReadService, recordedSettings } from './settings.ts';

/** What a recording is made of. */
export interface RecordingParts {
  readonly version: string;
  /** In milliseconds since 1970. */
  readonly now: number;
  readonly redaction: Redaction;
  readonly config: Config;
  readonly read: readonly ReadService[];
  readonly responses: readonly CollectedResponse[];
  readonly leftOut: readonly string[];
}

const ABOUT =
  'What the APIs of Huawei Cloud returned to huaweicloud-backup-exporter check --record, redacted so that it can be shared. It shows how many resources and backups there are, how large the backups are and at what hours they run, but no names, ids, addresses or tags.';
const REDACTION =
  'A value is unchanged only if its field is on a list and it looks like a word that the vendor uses. Times are shifted by a secret number of whole weeks. Everything else was replaced by text of the same shape, equal text by equal text, with a key that was then discarded. A number in place of a header is the length of its value.';

/** What the responses may take of a file of 200 kB, compressed. */
const MOST_COMPRESSED_BYTES = 160_000;

/** Makes the recording of what was collected. */
export function composeRecording(parts: RecordingParts): Recording {
  const { redaction, config, read, responses } = parts;
  const isSimulated = responses.some(({ headers }) => headers['server'] === 'simulated-cloud');
  const { kept, dropped } = bounded(responses.map((response) => redactResponse(response, parts)));
  const { settings, leftOut } = recordedSettings(config, read, redaction.pseudonyms);
  return {
    about: ABOUT,
    format: 1,
    version: parts.version,
    cloud: isSimulated ? 'simulated' : 'Huawei Cloud',
    recorded_at: new Date(parts.now + redaction.shift * 1000).toISOString(),
    redaction: REDACTION,
    probes: PROBES,
    left_out: [...parts.leftOut, ...leftOut, ...dropped],
    settings,
    responses: [...kept],
  };
}

function redactResponse(
  response: CollectedResponse,
  { redaction, config, read }: RecordingParts,
): RecordedResponse {
  const { project, service: type, operation, probe, status, headers, body, notJson } = response;
  const api = read.find(({ scope }) => scope.project === project && scope.service === type)?.service.api;
  // These tell the vendor's part of a request from ids.
  const calls = api === undefined ? [] : apiCalls(api).map(({ call }) => call);
  return {
    project: config.projects.findIndex(({ name }) => name === project),
    service: type,
    operation,
    ...(probe !== undefined && { probe }),
    ...redactRequest(response, calls, redaction.pseudonyms),
    status,
    headers: redactHeaders(headers),
    ...(body !== undefined && { body: redact(body, redaction) }),
    ...(notJson !== undefined && { not_json: notJson }),
  };
}

const isPlaceholder = (segment: string): boolean => decodeURIComponent(segment).startsWith('{');

/** A request in which only what is the same for every user is left. */
function redactRequest(
  { operation, path, query }: CollectedResponse,
  calls: readonly ApiCall[],
  pseudonyms: Pseudonyms,
): Pick<RecordedResponse, 'path' | 'query'> {
  // Sign-in requests reveal the user.
  if (calls.length === 0) return { path: '', query: {} };
  const candidates = calls.filter((call) => call.operation === operation);
  const segments = path.split('/');
  const template = candidates
    .map((call) => call.path.split('/'))
    .find(
      (parts) =>
        parts.length === segments.length &&
        parts.every((part, index) => isPlaceholder(part) || part === segments[index]),
    );
  const shownPath = segments.map((segment, index) => {
    const part = template?.[index];
    if (part === '{project_id}') return part;
    if (segment === '' || (part !== undefined && !isPlaceholder(part))) return segment;
    return encodeURIComponent(pseudonyms(decoded(segment)));
  });
  const shownQuery = Object.entries(query).map(([key, value]) => {
    const isPage = (key === 'offset' || key === 'limit') && /^\d{1,9}$/.test(value);
    const isFixed = candidates.some((call) => call.query?.[key] === value);
    return [key, isPage || isFixed ? value : pseudonyms(value)];
  });
  return { path: shownPath.join('/'), query: Object.fromEntries(shownQuery) };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

const SHOWN_HEADERS: Readonly<Record<string, RegExp>> = {
  'content-type': /^(?:application|text)\/(?:json|html|plain)(?:; ?charset=utf-?8)?$/i,
  'retry-after': /^\d{1,5}$/,
  'content-encoding': /^(?:gzip|identity|deflate|br)$/,
};
const MEASURED_HEADERS = [
  'date',
  'x-request-id',
  'x-subject-token',
  'location',
  'content-type',
  'retry-after',
];

function redactHeaders(headers: CollectedResponse['headers']): RecordedResponse['headers'] {
  const texts = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')] as const);
  const shown = texts.flatMap(([name, text]): [string, string | number][] => {
    if (SHOWN_HEADERS[name]?.test(text) === true) return [[name, text]];
    return MEASURED_HEADERS.includes(name) ? [[name, text.length]] : [];
  });
  const all = texts.reduce((sum, [name, text]) => sum + name.length + text.length + 4, 0);
  return { ...Object.fromEntries(shown), all };
}

const SMALL_PROBE = 1500;

const costOf = (response: RecordedResponse): number => deflateRawSync(JSON.stringify(response)).length;

/** All responses if they fit; else the beginning of each, of as many as fit: small probes first, then the lists of all services in turn. */
function bounded(responses: readonly RecordedResponse[]) {
  const whole = responses.reduce((sum, response) => sum + costOf(response), 0);
  if (whole <= MOST_COMPRESSED_BYTES) return { kept: responses, dropped: [] };
  const turns = new Map<string, number>();
  const services = new Set(responses.map(({ project, service }) => `${project} ${service}`)).size;
  const most = MOST_COMPRESSED_BYTES / (4 * services);
  const candidates = responses.map((response) => {
    const shown = shortened(response, most);
    const cost = costOf(shown);
    if (response.probe !== undefined) return { shown, cost, rank: cost > SMALL_PROBE ? 2 : -1 };
    const place = `${response.project} ${response.service}`;
    const rank = turns.get(place) ?? 0;
    turns.set(place, rank + 1);
    return { shown, cost, rank };
  });
  const fitting = new Set<RecordedResponse>();
  let used = 0;
  for (const { shown, cost } of candidates.toSorted((one, other) => one.rank - other.rank)) {
    if (used + cost > MOST_COMPRESSED_BYTES) continue;
    used += cost;
    fitting.add(shown);
  }
  const { kept = [], missing = [] } = Object.groupBy(
    candidates.map(({ shown }) => shown),
    (shown) => (fitting.has(shown) ? 'kept' : 'missing'),
  );
  const missingByOperation = Map.groupBy(
    missing,
    ({ project, service, operation }) => `project ${project}, ${service} ${operation}`,
  );
  const dropped = Array.from(missingByOperation, ([place, { length }]) => {
    const counted = `${length} ${length === 1 ? 'response' : 'responses'}`;
    return `${place}: ${counted}, to keep the file small`;
  });
  const rows = kept.reduce((sum, { rows_left_out: leftOut = 0 }) => sum + leftOut, 0);
  if (rows > 0) dropped.push(`the last ${rows} rows of long responses, see rows_left_out`);
  return { kept, dropped };
}

/** The response with as many rows of its list as take so many bytes when compressed. */
function shortened(response: RecordedResponse, most: number): RecordedResponse {
  const cost = costOf(response);
  const lists = Object.entries(response.body ?? {}).filter(([, value]) => Array.isArray(value));
  const [list] = lists;
  if (cost <= most || list === undefined || lists.length > 1) return response;
  const [name, rows] = list;
  const kept = Math.floor((rows.length * most) / cost);
  return {
    ...response,
    body: { ...(response.body as object), [name]: rows.slice(0, kept) },
    rows_left_out: rows.length - kept,
  };
}
