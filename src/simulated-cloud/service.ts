import type { Route } from './cloud-state.ts';
import type { SimulatedCharacter } from './options.ts';
import type { Backup } from './resource.ts';
import type { SimulatedResponse } from './response.ts';

/** Refusals of an API. */
export interface Refusals {
  /** The token is for another project. */
  readonly project: () => SimulatedResponse;
  readonly permission: () => SimulatedResponse;
}

/**
 * A service of the simulated cloud. The world has its resources and makes their backups; its routes return them as the
 * vendor does. Tests interfere with the lists: `cloud.beforePage` must be awaited before a page is read, and the rows of
 * `cloud.verbatim` replace those of the world, under the key TYPE for backups and `inventoryOf(TYPE)` for resources.
 * `respondWithPage` does both; a list without pages has to do it itself.
 */
export interface SimulatedApi {
  /** The type in the configuration. */
  readonly type: string;
  /** The kind of its resources, such as `graph`. */
  readonly kind: string;
  /** A positive number unlike that of any other service: the seed of ids and random numbers. */
  readonly number: number;
  /** Number of resources if the options do not say; 0 if undefined. */
  readonly defaultCount?: number;
  /** The characters of its first resources; the others are healthy, and all are if a test sets `characters: false`. */
  readonly characters: readonly SimulatedCharacter[];
  /** Part of names: `graph` in `orders-graph-01`. */
  readonly noun: string;
  readonly resourceId: (seed: number, index: number) => string;
  readonly backupId: (backup: Pick<Backup, 'resource' | 'sequence'>) => string;
  /** Usual durations of backups in seconds: the shortest, and how much longer others take at most. */
  readonly durations: readonly [shortest: number, spread: number];
  readonly smallestMegabytes: number;
  /** Whether backups are kept when their resource is deleted; `manual`: only manual ones. */
  readonly keepsBackups: boolean | 'manual';
  /** Prefix of its paths, so that APIs with the same paths share a port: empty or `/TYPE`. */
  readonly prefix: string;
  readonly routes: readonly Route[];
  /** By the `service` of its routes. */
  readonly refusals: Readonly<Record<string, Refusals>>;
}
