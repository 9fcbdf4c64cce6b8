import { chance } from './chance.ts';
import type { SimulatedCharacter, SimulatedResult } from './options.ts';
import type { SimulatedApi } from './service.ts';

/** A resource as the world keeps it. Times are Unix seconds. */
export interface Resource {
  readonly api: SimulatedApi;
  readonly kind: string;
  readonly index: number;
  readonly seed: number;
  readonly id: string;
  readonly character: SimulatedCharacter;
  readonly created: number;
  /** Start of its automatic backup number 0, and seconds from one to the next. */
  readonly anchor: number;
  readonly period: number;
  /** Seconds that a backup usually takes. */
  readonly usualDuration: number;
  readonly usualMegabytes: number;
  name: string;
  deleted: boolean;
  /** Status code of a graph while nothing else is going on. */
  statusCode: string;
  /** Automatic backups planned after this moment do not start. */
  pausedAfter: number;
  /** Backups that start after this moment fail. */
  failingAfter: number;
  nextNumber: number;
  manualAt: number;
  retryAt: number;
  /** Orders for the backups to come. */
  failuresOrdered: number;
  exportFailuresOrdered: number;
  hangNext: boolean;
  sizeFactor: number;
  durationFactor: number;
  /** Backups made so far, which numbers them. */
  made: number;
  running: Backup | undefined;
  /** Listed backups, oldest first. */
  backups: readonly Backup[];
}

/** A backup as the world keeps it. */
export interface Backup {
  readonly resource: Resource;
  readonly sequence: number;
  readonly method: 'auto' | 'manual';
  readonly start: number;
  readonly name: string | undefined;
  readonly description: string | undefined;
  /** What the resource was called when it was made. */
  readonly resourceName: string;
  /** What it will come to. */
  readonly result: SimulatedResult;
  readonly megabytes: number;
  /** True when it failed by chance and is to be started again. */
  readonly mishap: boolean;
  /** When it will end; Infinity for never. */
  due: number;
  state: 'running' | SimulatedResult;
  end: number | undefined;
  listed: boolean;
}

/** Reasons to draw a number; each has its own stream. */
export const DRAWS = {
  offset: 1,
  duration: 2,
  megabytes: 3,
  age: 4,
  jitter: 5,
  mishap: 6,
  details: 7,
} as const;

/** A number from 0 to 1 that belongs to a resource, a reason and a count. */
export const draw = (
  of: { readonly seed: number; readonly api: Pick<SimulatedApi, 'number'>; readonly index: number },
  reason: number,
  count = 0,
): number => chance(of.seed, of.api.number, of.index, reason, count);

/** The id of a backup, in the form of its service. */
export const backupId = (backup: Pick<Backup, 'resource' | 'sequence'>): string =>
  backup.resource.api.backupId(backup);

/** When the automatic backup with this number is planned. */
export const plannedStart = (resource: Resource, number: number): number => {
  // A resource of the character `unknown` is backed up twice a day: an hour after the good one comes the strange one.
  if (resource.character === 'unknown') {
    const strange = number % 2 === 1 ? resource.period / 24 : 0;
    return Math.floor(resource.anchor + Math.floor(number / 2) * resource.period + strange);
  }
  return Math.floor(resource.anchor + number * resource.period);
};

/** Seconds that a backup takes, whole and never 0. */
export const backupDuration = (resource: Resource, result: SimulatedResult): number => {
  const jitter = 0.9 + 0.2 * draw(resource, DRAWS.jitter, resource.made);
  const share = result === 'failed' ? 0.3 : 1;
  return Math.max(1, Math.round(resource.usualDuration * jitter * share * resource.durationFactor));
};

/** Megabytes of a backup: it grows by half over some hundreds of backups. */
export const backupMegabytes = (resource: Resource): number => {
  const growth = 1 + 0.5 * (1 - Math.exp(-resource.made / 200));
  const jitter = 0.99 + 0.02 * draw(resource, DRAWS.megabytes, resource.made + 1);
  return Math.max(1, Math.round(resource.usualMegabytes * growth * jitter * resource.sizeFactor));
};
