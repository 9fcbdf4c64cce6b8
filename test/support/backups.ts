import type {
  FailedBackup,
  Resource,
  RunningBackup,
  SucceededBackup,
  UnknownBackup,
} from '../../src/domain/backup.ts';
import { bytes, seconds, unixSeconds } from '../../src/domain/quantities.ts';

interface Fields {
  readonly id?: string;
  readonly resourceId?: string;
  readonly resourceName?: string | undefined;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  readonly method?: string | undefined;
  readonly engineVersion?: string | undefined;
  readonly arch?: string | undefined;
  readonly encrypted?: boolean | undefined;
  readonly resourceDeleted?: boolean | undefined;
  readonly automaticBackup?: boolean | undefined;
}

const optionalTime = (value: number | undefined) => (value === undefined ? undefined : unixSeconds(value));

const common = (fields: Fields) => ({
  id: fields.id ?? 'backup-1',
  name: undefined,
  resourceId: fields.resourceId ?? 'graph-1',
  resourceName: 'resourceName' in fields ? fields.resourceName : 'orders',
  method: fields.method,
  automatic: fields.method === undefined ? undefined : fields.method === 'auto',
  engineVersion: fields.engineVersion,
  arch: fields.arch,
  encrypted: fields.encrypted,
  resourceDeleted: fields.resourceDeleted,
  automaticBackup: fields.automaticBackup,
});

/** A successful backup, by default from 100 to 200 and of one byte. */
export const succeeded = (
  fields: Fields & { readonly size?: number | undefined; readonly duration?: number | undefined } = {},
): SucceededBackup => ({
  ...common(fields),
  state: 'succeeded',
  start: optionalTime('start' in fields ? fields.start : 100),
  end: unixSeconds(fields.end ?? 200),
  size: 'size' in fields ? (fields.size === undefined ? undefined : bytes(fields.size)) : bytes(1),
  duration: fields.duration === undefined ? undefined : seconds(fields.duration),
});

/** A failed backup, by default from 100 to 200. */
export const failed = (fields: Fields = {}): FailedBackup => ({
  ...common(fields),
  state: 'failed',
  start: optionalTime('start' in fields ? fields.start : 100),
  end: optionalTime('end' in fields ? fields.end : 200),
});

/** A running backup, by default since 100. */
export const running = (fields: Omit<Fields, 'end'> = {}): RunningBackup => ({
  ...common(fields),
  state: 'running',
  start: unixSeconds(fields.start ?? 100),
});

/** A backup in an undocumented state, by default from 100 to 200. */
export const unknown = (fields: Fields = {}): UnknownBackup => ({
  ...common(fields),
  state: 'unknown',
  start: optionalTime('start' in fields ? fields.start : 100),
  end: optionalTime('end' in fields ? fields.end : 200),
});

/** A resource as an inventory lists it. */
export const listing = (fields: Partial<Resource> = {}): Resource => ({
  id: 'graph-1',
  name: 'orders',
  created: unixSeconds(50),
  engineVersion: '2.4.1',
  arch: 'x86_64',
  encrypted: false,
  kind: undefined,
  status: '200',
  tags: {},
  notExpected: undefined,
  exists: true,
  parentId: undefined,
  storedBytes: undefined,
  ...fields,
});
