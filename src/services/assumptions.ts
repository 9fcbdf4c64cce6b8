import { isDeepStrictEqual } from 'node:util';
import type { Backup } from '../domain/backup.ts';
import { REJECTION_REASONS, type RejectionReason, type Row } from '../pagination/list.ts';
import type { Assumption, Evidence, Finding, SeenResponse } from './evidence.ts';
import { asObject, type JsonObject, readDateTime, readNumber } from './fields.ts';
import type { CloudService, List, ServiceApi } from './service.ts';
import { type Dictionary, dictionaryOf } from './vendor-words.ts';

/** Assumptions about every service. */
const GENERAL: readonly Assumption[] = [
  { id: 'offset', sentence: '`offset` counts rows, not pages.', judge: ofLists(judgeOffset) },
  { id: 'limit', sentence: 'The largest requested limit is accepted.', judge: ofLists(judgeLimit) },
  { id: 'end', sentence: 'A page after the last row is empty.', judge: ofLists(judgeEnd) },
  { id: 'total', sentence: 'The total is that of the list, not of the page.', judge: ofLists(judgeTotal) },
  { id: 'rows', sentence: 'Each row has an id, a resource and a time.', judge: ofLists(judgeRows) },
  {
    id: 'status',
    sentence: 'All statuses of backups are documented.',
    judge: ofBackups(judgeStatus),
  },
  { id: 'times', sentence: 'Times have one of the known formats.', judge: ofLists(judgeTimes) },
  {
    id: 'size',
    sentence: 'With the assumed unit, no backup is written faster than 20 GiB/s.',
    judge: ofBackups(judgeSize),
  },
  { id: 'policy', sentence: 'Backup policies can be parsed.', judge: judgePolicy },
  {
    id: 'unknown-id',
    sentence: 'An id that does not exist is refused with a known error code.',
    judge: judgeUnknownId,
  },
];

/** All assumptions about a service: the general ones, unless it words one differently, and its own. */
export function assumptionsOf({ unverified }: Pick<CloudService, 'unverified'>): readonly Assumption[] {
  const ownOf = (id: string) => unverified.find((own) => own.id === id);
  return [
    ...GENERAL.map((assumption) => ({ ...assumption, ...ownOf(assumption.id) })),
    ...unverified.filter((own) => GENERAL.every(({ id }) => id !== own.id)),
  ];
}

/** Compares the assumptions about a service with the evidence. */
export const contradictions = (
  service: Pick<CloudService, 'errors' | 'unverified' | 'vendorWords'>,
  evidence: Omit<Evidence, 'service'>,
): readonly { readonly assumption: Assumption; readonly because: string }[] =>
  assumptionsOf(service).flatMap((assumption) => {
    const finding = assumption.judge?.({ ...evidence, service });
    return finding?.verdict === 'disproved' ? [{ assumption, because: finding.because }] : [];
  });

export const CONSISTENT: Finding = { verdict: 'consistent' };
export const NOT_SEEN: Finding = { verdict: 'not seen' };
export const disproved = (because: string): Finding => ({ verdict: 'disproved', because });

/** A finding that disproves outweighs all others. */
function together(findings: readonly Finding[]): Finding {
  return (
    findings.find(({ verdict }) => verdict === 'disproved') ??
    findings.find(({ verdict }) => verdict === 'consistent') ??
    NOT_SEEN
  );
}

/** A response as a page of its list; `rows` is undefined if it is none. */
interface SeenPage extends Omit<SeenResponse, 'body'> {
  readonly offset: number;
  /** Undefined if none was requested. */
  readonly limit: number | undefined;
  readonly rows: readonly Row[] | undefined;
  readonly total: number | undefined;
}

interface SeenList {
  readonly kindsOf: Dictionary['kindsOf'];
  readonly list: List<unknown>;
  readonly pages: readonly SeenPage[];
  /** Responses that are pages without omitted rows. */
  readonly whole: readonly (SeenPage & { readonly rows: readonly Row[] })[];
}

// A row may have its resource only from the path of its list.
const ANY_RESOURCE = { id: 'any' };

const backupLists = ({ backups }: ServiceApi): readonly List<unknown>[] =>
  backups.of === 'project'
    ? [backups.list, ...(backups.failedRuns === undefined ? [] : [backups.failedRuns])]
    : backups.ofResource(ANY_RESOURCE).slice(0, 1);

function seenLists({ responses, service }: Evidence, lists: readonly List<unknown>[]): readonly SeenList[] {
  const { kindsOf } = dictionaryOf([service]);
  return lists.flatMap((list) => {
    const pages = responses
      .filter(({ operation }) => operation === list.call.operation)
      .map(({ body, ...response }): SeenPage => {
        const page = response.status < 300 ? list.readPage(body) : undefined;
        const { offset, limit } = response.query;
        return {
          ...response,
          offset: Number(offset ?? 0),
          limit: limit === undefined ? undefined : Number(limit),
          rows: page?.rows,
          total: page?.total,
        };
      });
    const groups = Map.groupBy(pages, ({ path, query: { offset: _, limit: __, ...query } }) =>
      JSON.stringify([path, query]),
    );
    return Array.from(groups.values(), (group) => ({
      list,
      kindsOf,
      pages: group,
      whole: group.flatMap((page) =>
        page.rows === undefined || page.isCut === true ? [] : [{ ...page, rows: page.rows }],
      ),
    }));
  });
}

function ofLists(judge: (seen: SeenList) => Finding) {
  return (evidence: Evidence): Finding =>
    together(seenLists(evidence, [...backupLists(evidence.api), evidence.api.resources]).map(judge));
}

/** The longest first page of a list. */
const firstPage = ({ whole }: SeenList) =>
  whole.filter(({ offset }) => offset === 0).toSorted((one, other) => other.rows.length - one.rows.length)[0];

function judgeOffset(seen: SeenList): Finding {
  const { list, whole } = seen;
  if (list.paging.by !== 'offset') return NOT_SEEN;
  const known = firstPage(seen)?.rows.map(list.readId) ?? [];
  return together(
    whole.map(({ offset, limit, rows }) => {
      if (offset === 0 || offset >= known.length || limit === undefined) return NOT_SEEN;
      const found = rows.length === 0 ? -1 : known.indexOf(list.readId(rows[0]));
      if (found === offset) return CONSISTENT;
      // Anything else may be a list that has changed meanwhile.
      const isPage = found === offset * limit || (found < 0 && offset * limit >= known.length);
      return isPage ? disproved(`\`offset\` of ${list.call.operation} is the number of a page`) : NOT_SEEN;
    }),
  );
}

function judgeLimit({ list, pages }: SeenList): Finding {
  const { paging, call } = list;
  if (paging.by === 'nothing') return NOT_SEEN;
  const isReadable = pages.some(({ rows }) => rows !== undefined);
  return together(
    pages.map(({ limit, offset, status, rows, total, isCut }) => {
      if (limit !== paging.limit || isCut === true) return NOT_SEEN;
      if (status === 400 && isReadable) return disproved(`${call.operation} refuses limit=${limit}`);
      if (rows === undefined) return NOT_SEEN;
      if (rows.length > limit)
        return disproved(`${call.operation} returns ${rows.length} rows for limit=${limit}`);
      if (offset > 0 || total === undefined || rows.length >= Math.min(limit, total)) return CONSISTENT;
      return disproved(`${call.operation} returns ${rows.length} of ${total} rows for limit=${limit}`);
    }),
  );
}

function judgeEnd({ list, pages }: SeenList): Finding {
  const { operation } = list.call;
  return together(
    pages.map(({ probe, offset, status, rows, total }) => {
      const isPastEnd = probe === 'past the end' || (total !== undefined && total > 0 && offset >= total);
      if (!isPastEnd) return NOT_SEEN;
      if (rows === undefined) return disproved(`${operation} returns ${status} for an offset past the end`);
      return rows.length === 0
        ? CONSISTENT
        : disproved(`${operation} returns rows for an offset past the end`);
    }),
  );
}

function judgeTotal({ list, whole }: SeenList): Finding {
  const most = Math.max(0, ...whole.map(({ rows }) => rows.length));
  return together(
    whole.map(({ rows: { length }, total, limit }) => {
      if (total === undefined || limit === undefined || length === 0) return NOT_SEEN;
      if (total > length) return CONSISTENT;
      return most > total ? disproved(`the total of ${list.call.operation} counts the page`) : NOT_SEEN;
    }),
  );
}

function judgeRows({ list, pages }: SeenList): Finding {
  const results = pages.flatMap(({ rows = [] }) => rows.map(list.readRow));
  const reason = results.find((result) => REJECTION_REASONS.includes(result as RejectionReason));
  if (reason !== undefined) return disproved(`a row of ${list.call.operation} cannot be read (${reason})`);
  return results.length > 0 ? CONSISTENT : NOT_SEEN;
}

/** The format of a time that could not be parsed, without its digits. */
const formOf = (time: string): string =>
  time
    .replaceAll(/\d/g, '0')
    .replaceAll(/[^\W0_T]/g, 'x')
    .slice(0, 40);

function judgeTimes({ list, pages, kindsOf }: SeenList): Finding {
  const rows = pages.flatMap((page) => page.rows ?? []).map((row) => asObject(row) ?? {});
  const times = rows.flatMap((row) =>
    Object.entries(row).flatMap(([field, value]) =>
      kindsOf(field).includes('time') && typeof value === 'string' && value !== ''
        ? [{ row, field, value }]
        : [],
    ),
  );
  // The service parses a text as a time if it makes a difference to a row.
  const parses = (field: string, text: string): boolean =>
    times.some(({ row }) => {
      const [parsed, unparsed] = [text, 'not a time'].map((time) => list.readRow({ ...row, [field]: time }));
      return !isDeepStrictEqual(parsed, unparsed);
    });
  const unusual = times.filter(
    ({ value }) => readDateTime(value) === undefined && readNumber(value) === undefined,
  );
  const used = [...new Set(unusual.map(({ field }) => field))].filter((field) =>
    parses(field, '2000-01-01T00:00:00'),
  );
  const odd = unusual.find(({ field, value }) => used.includes(field) && !parses(field, value));
  if (odd !== undefined) {
    return disproved(`\`${odd.field}\` of ${list.call.operation} is written like "${formOf(odd.value)}"`);
  }
  return times.length > 0 ? CONSISTENT : NOT_SEEN;
}

/** A backup and the row that it was read from. */
export interface SeenBackup {
  readonly row: JsonObject;
  /** The field of its status; undefined if it may be any of several. */
  readonly statusField: string | undefined;
  readonly backup: Backup;
}

export function ofBackups(judge: (seen: SeenBackup) => Finding) {
  return (evidence: Evidence): Finding => {
    const seen = seenLists(evidence, backupLists(evidence.api)).flatMap(({ list, pages, kindsOf }) =>
      pages.flatMap(({ rows = [] }) =>
        rows.flatMap((row): SeenBackup[] => {
          const result = list.readRow(row);
          const isBackup = typeof result === 'object' && result !== null && 'state' in result;
          if (!isBackup) return [];
          const fields = asObject(row) ?? {};
          const statuses = Object.keys(fields).filter((field) => kindsOf(field).includes('state'));
          const statusField =
            statuses.length === 1 ? statuses[0] : statuses.find((field) => field === 'status');
          return [{ row: fields, statusField, backup: result as Backup }];
        }),
      ),
    );
    return together(seen.map(judge));
  };
}

function judgeStatus({ row, statusField, backup: { state } }: SeenBackup): Finding {
  if (state !== 'unknown') return CONSISTENT;
  return disproved(
    statusField === undefined
      ? 'a backup has an undocumented status'
      : `a backup has the status ${JSON.stringify(row[statusField])}`,
  );
}

const FASTEST = 20 * 2 ** 30;

function judgeSize({ backup }: SeenBackup): Finding {
  if (backup.state !== 'succeeded' || backup.size === undefined || backup.start === undefined)
    return NOT_SEEN;
  const took = Math.max(10, backup.end - backup.start);
  if (backup.size / took <= FASTEST) return backup.size > 0 ? CONSISTENT : NOT_SEEN;
  return disproved(
    `a backup of ${Math.round(backup.size / 2 ** 30)} GiB, if the unit is right, took ${Math.round(took)} s`,
  );
}

/** That rows state a duration in the assumed unit. `read` returns it in seconds. */
export const statedDuration = (read: (row: JsonObject) => number | undefined): Assumption => ({
  id: 'duration',
  sentence: 'With the assumed unit, the duration is close to the time from start to end.',
  judge: ofBackups(({ row, backup }) => judgeDuration(read(row), backup)),
});

function judgeDuration(stated: number | undefined, backup: Backup): Finding {
  if (backup.state !== 'succeeded' || backup.start === undefined) return NOT_SEEN;
  const took = backup.end - backup.start;
  if (stated === undefined || stated === 0 || took < 60) return NOT_SEEN;
  const ratio = stated / took;
  if (ratio > 1 / 20 && ratio < 20) return CONSISTENT;
  return disproved(
    `a backup that took ${Math.round(took)} s states a duration of ${Math.round(stated)} s, if the unit is right`,
  );
}

function judgePolicy({ api: { policies }, responses }: Evidence): Finding {
  if (policies === undefined) return NOT_SEEN;
  const call = policies.of === 'resource' ? policies.call(ANY_RESOURCE) : policies.list.call;
  const bodies = responses
    .filter(({ operation, status }) => operation === call.operation && status === 200)
    .map(({ body }) => body);
  const read =
    policies.of === 'resource'
      ? bodies.map(policies.read)
      : bodies
          .flatMap((body) => policies.list.readPage(body)?.rows ?? [undefined])
          .map(policies.list.readRow)
          .filter((result) => result !== 'ignored')
          .map((result) => (typeof result === 'object' && 'policy' in result ? result.policy : undefined));
  const isReadable = (policy: (typeof read)[number]): boolean =>
    policy !== undefined && (policy.kind === 'off' || policy.objective !== undefined);
  return together(
    read.map((policy) =>
      isReadable(policy) ? CONSISTENT : disproved('the schedule of a backup policy cannot be read'),
    ),
  );
}

function judgeUnknownId({ service: { errors }, responses }: Evidence): Finding {
  return together(
    responses
      .filter(({ probe }) => probe === 'unknown id')
      .map(({ status, body }) => {
        if (status < 400) return disproved(`an id that does not exist returns ${status}`);
        const text = JSON.stringify(body ?? '');
        // A code may be a number.
        const isIn = (code: string) =>
          [`"${code}"`, `:${code},`, `:${code}}`].some((part) => text.includes(part));
        const known = Object.entries(errors.codes).find(([code]) => isIn(code))?.[1];
        // Without the permission the response says nothing about the id.
        if (known?.kind === 'permission' || known?.kind === 'auth') return NOT_SEEN;
        return known !== undefined
          ? CONSISTENT
          : disproved(`an id that does not exist returns ${status} and an unknown code`);
      }),
  );
}
