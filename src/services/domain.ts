import type { Backup, BackupState, Resource } from '../domain/backup.ts';
import { type Bytes, type Seconds, seconds, type UnixSeconds } from '../domain/quantities.ts';
import type { RejectionReason } from '../pagination/list.ts';
import { plausibleTime } from './fields.ts';

/** A backup as in a row, with units and time zones resolved. `ignored`: not to be served. */
export interface BackupFields {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly resourceId: string | undefined;
  readonly resourceName?: string | undefined;
  readonly state: BackupState | 'ignored';
  readonly start: UnixSeconds | undefined;
  readonly end: UnixSeconds | undefined;
  readonly duration: Seconds | undefined;
  readonly size: Bytes | undefined;
  /** As written by the service, in any case. */
  readonly method: string | undefined;
  readonly engineVersion?: string | undefined;
  readonly arch?: string | undefined;
  readonly encrypted?: boolean | undefined;
  readonly resourceDeleted?: boolean | undefined;
  readonly automaticBackup?: boolean | undefined;
  /** False for a run that left no backup. */
  readonly isStored?: boolean;
  /** Whether `end` is the latest change of the row. */
  readonly endMoves?: true;
}

/** The backup with these fields, or why the row is rejected. */
export function backupFromFields(fields: BackupFields): Backup | RejectionReason | 'ignored' {
  const { id, resourceId, state, start, duration, size } = fields;
  if (state === 'ignored') return 'ignored';
  if (id === undefined) return 'id';
  if (resourceId === undefined) return 'resource';
  const method = fields.method?.toLowerCase();
  const common = {
    id,
    name: fields.name,
    resourceId,
    resourceName: fields.resourceName,
    method,
    automatic: isAutomatic(method),
    engineVersion: fields.engineVersion,
    arch: fields.arch,
    encrypted: fields.encrypted,
    resourceDeleted: fields.resourceDeleted,
    automaticBackup: fields.automaticBackup,
    ...(fields.isStored === false && { isStored: false as const }),
  };
  switch (state) {
    case 'succeeded': {
      const end = fields.end ?? later(start, duration);
      if (end === undefined) return 'time';
      const backup = { ...common, state, start, end, duration, size };
      return fields.endMoves === true ? { ...backup, endMoves: true } : backup;
    }
    case 'running':
      return start === undefined ? 'time' : { ...common, state, start };
    case 'failed':
    case 'unknown':
      return start === undefined && fields.end === undefined
        ? 'time'
        : { ...common, state, start, end: fields.end };
    default:
      return state satisfies never;
  }
}

/** A resource as in a row. */
export type ResourceFields = Partial<Omit<Resource, 'id'>> & { readonly id: string | undefined };

/** The resource with these fields, or why the row is rejected. */
export function resourceFromFields(fields: ResourceFields): Resource | RejectionReason {
  const { id } = fields;
  if (id === undefined) return 'id';
  return {
    name: undefined,
    created: undefined,
    engineVersion: undefined,
    arch: undefined,
    encrypted: undefined,
    kind: undefined,
    status: undefined,
    tags: NO_TAGS,
    notExpected: undefined,
    exists: true,
    parentId: undefined,
    storedBytes: undefined,
    ...fields,
    id,
  };
}

/** Seconds between two times, negative if the end is earlier; undefined if one is unknown. */
export function elapsed(start: UnixSeconds | undefined, end: UnixSeconds | undefined): number | undefined {
  // Times have milliseconds at most; any further digits come from the subtraction.
  return start === undefined || end === undefined ? undefined : Math.round((end - start) * 1000) / 1000;
}

/**
 * The first known duration, most trusted first. If it is impossible, such as negative, the duration is unknown: a less
 * trusted one does not repair it.
 */
export function firstDuration(...candidates: readonly (number | undefined)[]): Seconds | undefined {
  const first = candidates.find((candidate) => candidate !== undefined);
  return first === undefined || first < 0 ? undefined : seconds(first);
}

const NO_TAGS: Resource['tags'] = {};

function isAutomatic(method: string | undefined): boolean | undefined {
  if (method === 'auto') return true;
  return method === 'manual' ? false : undefined;
}

function later(start: UnixSeconds | undefined, duration: Seconds | undefined): UnixSeconds | undefined {
  return start === undefined || duration === undefined ? undefined : plausibleTime(start + duration);
}
