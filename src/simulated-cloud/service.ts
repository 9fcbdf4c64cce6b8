import type { Answer } from './answer.ts';
import type { Route } from './cloud-state.ts';
import type { SimulatedCharacter, SimulatedCloudOptions } from './options.ts';
import type { Backup } from './resource.ts';

/** How an API refuses a request. */
export interface Refusals {
  /** For another project than that of the token. */
  readonly project: () => Answer;
  readonly permission: () => Answer;
}

/** One service of the simulated cloud: what its resources are like and what its APIs answer. */
export interface SimulatedApi {
  /** The type in the configuration. */
  readonly type: string;
  /** The kind of its resources, for tests to pick from: `graph`. */
  readonly kind: string;
  /** Its own number above 0: ids and chance follow from it. */
  readonly number: number;
  readonly count: (options: SimulatedCloudOptions) => number;
  /** Of its first resources; the others are healthy. */
  readonly characters: readonly SimulatedCharacter[];
  /** The middle of names: `orders-graph-01`. */
  readonly noun: string;
  readonly resourceId: (seed: number, index: number) => string;
  readonly backupId: (backup: Pick<Backup, 'resource' | 'sequence'>) => string;
  /** Seconds that the shortest usual backup takes, and how much longer the others may take. */
  readonly durations: readonly [shortest: number, spread: number];
  readonly smallestMegabytes: number;
  /** Whether backups outlive their resource; `manual`: those that were made by hand. */
  readonly keepsBackups: boolean | 'manual';
  /** Where its paths begin, so that APIs with the same paths fit on one port: empty or `/TYPE`. */
  readonly prefix: string;
  readonly routes: readonly Route[];
  /** By the `service` of its routes. */
  readonly refusals: Readonly<Record<string, Refusals>>;
}
