import type { SimulatedCharacter, SimulatedResult } from './options.ts';
import { pseudoRandom } from './pseudo-random.ts';
import type { SimulatedApi } from './service.ts';

/** A resource of the world. Times are Unix seconds. */
export interface Resource {
  readonly api: SimulatedApi;
  readonly kind: string;
  readonly index: number;
  readonly seed: number;
  readonly id: string;
  readonly character: SimulatedCharacter;
  readonly created: number;
  /** Start of automatic backup number 0. */
  readonly anchor: number;
  /** Seconds between automatic backups. */
  readonly period: number;
  /** Usual duration of a backup in seconds. */
  readonly usualDuration: number;
  readonly usualMegabytes: number;
  name: string;
  deleted: boolean;
  /** Status code of a graph while no backup is running. */
  statusCode: string;
  /** Automatic backups after this time do not start. */
  pausedAfter: number;
  /** Backups that start after this time fail. */
  failingAfter: number;
  nextNumber: number;
  manualAt: number;
  retryAt: number;
  /** How many of the next backups will fail. */
  failuresAhead: number;
  exportFailuresAhead: number;
  hangNext: boolean;
  sizeFactor: number;
  durationFactor: number;
  /** Number of backups so far. */
  made: number;
  running: Backup | undefined;
  /** Listed backups, oldest first. */
  backups: readonly Backup[];
}

/** A backup of the world. Times are Unix seconds. */
export interface Backup {
  readonly resource: Resource;
  readonly sequence: number;
  readonly method: 'auto' | 'manual';
  readonly start: number;
  readonly name: string | undefined;
  readonly description: string | undefined;
  /** The name of the resource when the backup started. */
  readonly resourceName: string;
  /** How it will end. */
  readonly result: SimulatedResult;
  readonly megabytes: number;
  /** Whether it fails at random and is retried. */
  readonly isRandomFailure: boolean;
  /** When it will end; Infinity: never. */
  due: number;
  state: 'running' | SimulatedResult;
  end: number | undefined;
  listed: boolean;
}

/** Purposes of random numbers; each has its own stream. */
export const DRAWS = {
  offset: 1,
  duration: 2,
  megabytes: 3,
  age: 4,
  jitter: 5,
  failure: 6,
  details: 7,
} as const;

/** A number in [0, 1), the same for the same resource, purpose and count. */
export const draw = (
  of: { readonly seed: number; readonly api: Pick<SimulatedApi, 'number'>; readonly index: number },
  purpose: number,
  count = 0,
): number => pseudoRandom(of.seed, of.api.number, of.index, purpose, count);

/** The id of a backup, in the format of its service. */
export const backupId = (backup: Pick<Backup, 'resource' | 'sequence'>): string =>
  backup.resource.api.backupId(backup);

/** When the automatic backup with this number is due. */
export const plannedStart = (resource: Resource, number: number): number => {
  // For the character `unknown`, a backup with an unknown status follows an hour after each successful one.
  if (resource.character === 'unknown') {
    const offset = number % 2 === 1 ? resource.period / 24 : 0;
    return Math.floor(resource.anchor + Math.floor(number / 2) * resource.period + offset);
  }
  return Math.floor(resource.anchor + number * resource.period);
};

/** Duration of a backup in whole seconds, at least 1. */
export const backupDuration = (resource: Resource, result: SimulatedResult): number => {
  const jitter = 0.9 + 0.2 * draw(resource, DRAWS.jitter, resource.made);
  const share = result === 'failed' ? 0.3 : 1;
  return Math.max(1, Math.round(resource.usualDuration * jitter * share * resource.durationFactor));
};

/** Size of a backup in megabytes: grows by half over some hundreds of backups. */
export const backupMegabytes = (resource: Resource): number => {
  const growth = 1 + 0.5 * (1 - Math.exp(-resource.made / 200));
  const jitter = 0.99 + 0.02 * draw(resource, DRAWS.megabytes, resource.made + 1);
  return Math.max(1, Math.round(resource.usualMegabytes * growth * jitter * resource.sizeFactor));
};
