import type { Backup, BackupState } from '../domain/backup.ts';
import { type Bytes, type Seconds, seconds, type UnixSeconds } from '../domain/quantities.ts';
import { plausibleTime } from './fields.ts';
import type { RejectionReason } from './source.ts';

/** One row with the vendor's words, units and zones already ended. Every field can be unknown. */
export interface BackupFields {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly resourceId: string | undefined;
  readonly resourceName: string | undefined;
  readonly state: BackupState;
  readonly start: UnixSeconds | undefined;
  readonly end: UnixSeconds | undefined;
  readonly duration: Seconds | undefined;
  readonly size: Bytes | undefined;
  readonly method: string | undefined;
  readonly engineVersion: string | undefined;
  readonly arch: string | undefined;
  readonly encrypted: boolean | undefined;
  readonly resourceDeleted: boolean | undefined;
  readonly automaticBackup: boolean | undefined;
}

/** Makes a backup of the fields, or says what is missing that it cannot be without. */
export function backupFromFields(fields: BackupFields): Backup | RejectionReason {
  const { id, resourceId, state, start, duration, size } = fields;
  if (id === undefined) return 'id';
  if (resourceId === undefined) return 'resource';
  const common = {
    id,
    name: fields.name,
    resourceId,
    resourceName: fields.resourceName,
    method: fields.method,
    engineVersion: fields.engineVersion,
    arch: fields.arch,
    encrypted: fields.encrypted,
    resourceDeleted: fields.resourceDeleted,
    automaticBackup: fields.automaticBackup,
  };
  switch (state) {
    case 'succeeded': {
      const end = fields.end ?? later(start, duration);
      return end === undefined ? 'time' : { ...common, state, start, end, duration, size };
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

/** The time from one moment to another in seconds, negative when the end comes first; undefined when one is not known. */
export function elapsed(start: UnixSeconds | undefined, end: UnixSeconds | undefined): number | undefined {
  return start === undefined || end === undefined ? undefined : end - start;
}

/**
 * The first of the given lengths of time that is there, in the order of trust. One that is there but cannot be,
 * such as a negative one, makes the answer unknown: what is less trusted does not mend it.
 */
export function firstDuration(...candidates: readonly (number | undefined)[]): Seconds | undefined {
  const first = candidates.find((candidate) => candidate !== undefined);
  return first === undefined || first < 0 ? undefined : seconds(first);
}

function later(start: UnixSeconds | undefined, duration: Seconds | undefined): UnixSeconds | undefined {
  return start === undefined || duration === undefined ? undefined : plausibleTime(start + duration);
}
