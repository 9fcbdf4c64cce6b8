import { STATE_THRESHOLDS } from '../../src/domain/thresholds.ts';

/** The actual state of a backup, independent of the format of any service. */
export interface ActualBackup {
  readonly state: 'succeeded' | 'failed' | 'running' | 'unknown';
  readonly start: number;
  /** Undefined while it runs. */
  readonly end: number | undefined;
  readonly bytes: number | undefined;
}

/** The actual state of a resource at the end of the history. */
export interface ActualResource {
  readonly project: string;
  readonly region: string;
  readonly cloud_service: string;
  readonly id: string;
  readonly name: string;
  readonly created: number;
  /** Maximum age of its newest successful backup; undefined without an objective. */
  readonly objective: number | undefined;
  readonly backups: readonly ActualBackup[];
}

/** A list of backups that the exporters poll, at the end of the history. */
export interface ActualList {
  readonly project: string;
  readonly region: string;
  readonly cloud_service: string;
  /** Whether it could be read at the last poll. */
  readonly read: boolean;
  /** When each exporter last read it completely, by instance. */
  readonly lastComplete: ReadonlyMap<string, number>;
}

/** The actual state at the end of a history. */
export interface World {
  /** The time of the last scrape, in Unix seconds. */
  readonly end: number;
  readonly job: string;
  /** The exporters that are scraped at the end. */
  readonly instances: readonly string[];
  readonly resources: readonly ActualResource[];
  readonly lists: readonly ActualList[];
}

/** The selection of the user: a value per variable; others are All. */
export type Choice = Readonly<Record<string, string>>;

const PLACE = ['project', 'region', 'cloud_service'] as const;

const within = (choice: Choice, of: Pick<ActualList, (typeof PLACE)[number]>): boolean =>
  PLACE.every((name) => (choice[name] ?? of[name]) === of[name]);

const listsIn = (world: World, choice: Choice): readonly ActualList[] =>
  world.lists.filter((list) => within(choice, list));

/** The resources matching a choice. */
export const resourcesIn = (world: World, choice: Choice): readonly ActualResource[] =>
  world.resources.filter(
    (resource) => within(choice, resource) && (choice['resource_name'] ?? resource.name) === resource.name,
  );

/** The options of a variable once others are selected. */
export function expectedOptions(world: World, variable: string, choice: Choice): readonly string[] {
  const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)];
  switch (variable) {
    case 'job':
      return [world.job];
    case 'instance':
      return world.instances;
    case 'project':
    case 'region':
    case 'cloud_service':
      return distinct(listsIn(world, choice).map((list) => list[variable]));
    case 'resource_name':
      return distinct(resourcesIn(world, choice).map(({ name }) => name));
    default:
      throw new Error(`unknown variable ${variable}`);
  }
}

const latest = <T>(items: readonly T[], by: (item: T) => number): T | undefined =>
  items.toSorted((a, b) => by(b) - by(a))[0];

const successesOf = ({ backups }: ActualResource): readonly Required<ActualBackup>[] =>
  backups.filter(({ state }) => state === 'succeeded').toSorted((a, b) => (b.end ?? 0) - (a.end ?? 0));

/** The newest successful backup. */
export const lastSuccessOf = (resource: ActualResource): ActualBackup | undefined => successesOf(resource)[0];

/** Failed backups since the newest successful one started. */
export const failuresOf = (resource: ActualResource): number => {
  const since = lastSuccessOf(resource)?.start ?? 0;
  return resource.backups.filter(({ state, start }) => state === 'failed' && start > since).length;
};

/** The start of the oldest running backup. */
export const runningSinceOf = ({ backups }: ActualResource): number | undefined =>
  latest(
    backups.filter(({ state }) => state === 'running'),
    ({ start }) => -start,
  )?.start;

const MOST_BEFORE = 14;
const LEAST_BEFORE = 3;

/** The median of the successful backups before the newest. */
function medianOf(resource: ActualResource, of: (backup: ActualBackup) => number): number | undefined {
  const before = successesOf(resource).slice(1, 1 + MOST_BEFORE);
  if (before.length < LEAST_BEFORE) return undefined;
  const values = before.map(of).toSorted((a, b) => a - b);
  const middle = (values.length - 1) / 2;
  return ((values[Math.floor(middle)] ?? 0) + (values[Math.ceil(middle)] ?? 0)) / 2;
}

const durationOf = ({ start, end = start }: ActualBackup): number => end - start;

/** When the next successful backup is due; undefined without an objective. */
export function dueOf(resource: ActualResource): number | undefined {
  const from = lastSuccessOf(resource)?.end ?? resource.created;
  return resource.objective === undefined ? undefined : from + resource.objective;
}

/** The displayed states, worst first. */
export const STATES: readonly string[] = [
  'Never backed up',
  'Stale',
  'Failed',
  'Stuck',
  'Shrunk',
  'Slow',
  'Running',
  'New',
  'Fine',
  'Not expected',
];

/** Which of the states apply to a resource with an objective. */
function applies(resource: ActualResource, now: number): Readonly<Record<string, boolean>> {
  const t = STATE_THRESHOLDS;
  const success = lastSuccessOf(resource);
  const runningFor = now - (runningSinceOf(resource) ?? now);
  const usual = medianOf(resource, durationOf);
  const usualBytes = medianOf(resource, ({ bytes = 0 }) => bytes);
  const duration = success === undefined ? 0 : durationOf(success);
  const isOverdue = now > (dueOf(resource) ?? now);
  return {
    'Never backed up': isOverdue && success === undefined,
    Stale: isOverdue && success !== undefined,
    Failed: failuresOf(resource) >= t.failedCount,
    Stuck: runningFor > Math.max(t.stuckAfter, t.stuckRatio * (usual ?? 0)),
    Shrunk: usualBytes !== undefined && (success?.bytes ?? 0) < t.shrunkRatio * usualBytes,
    Slow: usual !== undefined && duration > t.slowRatio * usual && duration - usual >= t.slowMargin,
    Running: runningFor > 0,
    New: success === undefined,
    Fine: true,
  };
}

/** The state that the table shows for a resource. */
export function expectedState(resource: ActualResource, now: number): string {
  if (resource.objective === undefined) return 'Not expected';
  const is = applies(resource, now);
  return STATES.find((state) => is[state] === true) ?? 'Fine';
}

/** The number of backups that ended with a result within the day before `now`. */
function finishedInThePastDay(resources: readonly ActualResource[], now: number, result: string): number {
  return resources
    .flatMap(({ backups }) => backups)
    .filter(({ end, state }) => state === result && end !== undefined && end > now - 24 * 3600).length;
}

/** The numbers of the headline of the dashboard of backups, by panel and legend; undefined for no data. */
export function expectedHeadline(world: World, choice: Choice): ReadonlyMap<string, number | undefined> {
  const all = resourcesIn(world, choice);
  const watched = all.filter(({ objective }) => objective !== undefined);
  const count = (state?: string): number | undefined =>
    watched.length === 0
      ? undefined
      : watched.filter((resource) => state === undefined || applies(resource, world.end)[state] === true)
          .length;
  const polled = listsIn(world, choice).map(({ lastComplete }) => Math.max(...lastComplete.values()));
  return new Map([
    ['Exporters up: up', world.instances.length],
    ['Exporters up: known', world.instances.length],
    ['Age of the data: Age of the data', world.end - Math.min(...polled)],
    ['Resources: Resources', count()],
    ['Never backed up: Never backed up', count('Never backed up')],
    ['Stale: Stale', count('Stale')],
    ['Failed: Failed', count('Failed')],
    ['Stuck: Stuck', count('Stuck')],
    ['Finished in the past day: succeeded', finishedInThePastDay(all, world.end, 'succeeded')],
    ['Finished in the past day: failed', finishedInThePastDay(all, world.end, 'failed')],
  ]);
}
