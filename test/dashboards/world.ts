import { STATE_THRESHOLDS } from '../../src/domain/thresholds.ts';

/** A backup as it really is: the service's response says the same in its own words. */
export interface BackupTruth {
  readonly state: 'succeeded' | 'failed' | 'running' | 'unknown';
  readonly start: number;
  /** Undefined while it runs. */
  readonly end: number | undefined;
  readonly bytes: number | undefined;
}

/** A resource as it really is at the end of the history. */
export interface ResourceTruth {
  readonly project: string;
  readonly region: string;
  readonly cloud_service: string;
  readonly id: string;
  readonly name: string;
  readonly created: number;
  /** How old its newest successful backup may be; undefined when nothing is expected of it. */
  readonly objective: number | undefined;
  readonly backups: readonly BackupTruth[];
}

/** A list of backups that the exporters poll, at the end of the history. */
export interface ListTruth {
  readonly project: string;
  readonly region: string;
  readonly cloud_service: string;
  /** Whether it could be read at the last poll. */
  readonly read: boolean;
  /** When each exporter last read all of it, by the exporter's instance. */
  readonly lastComplete: ReadonlyMap<string, number>;
}

/** What is true at the end of a history. */
export interface World {
  /** The time of the last scrape, in Unix seconds. */
  readonly end: number;
  readonly job: string;
  /** The exporters that are scraped at the end. */
  readonly instances: readonly string[];
  readonly resources: readonly ResourceTruth[];
  readonly lists: readonly ListTruth[];
}

/** What the user has picked: a value per variable; what is not named is All. */
export type Choice = Readonly<Record<string, string>>;

const PLACE = ['project', 'region', 'cloud_service'] as const;

const within = (choice: Choice, of: Pick<ListTruth, (typeof PLACE)[number]>): boolean =>
  PLACE.every((name) => (choice[name] ?? of[name]) === of[name]);

const listsIn = (world: World, choice: Choice): readonly ListTruth[] =>
  world.lists.filter((list) => within(choice, list));

/** The resources that a choice leaves. */
export const resourcesIn = (world: World, choice: Choice): readonly ResourceTruth[] =>
  world.resources.filter(
    (resource) => within(choice, resource) && (choice['resource_name'] ?? resource.name) === resource.name,
  );

/** The values that a variable has to offer once others are picked. */
export function offeredTruth(world: World, variable: string, choice: Choice): readonly string[] {
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
      throw new Error(`no test knows the variable ${variable}`);
  }
}

const latest = <T>(items: readonly T[], by: (item: T) => number): T | undefined =>
  items.toSorted((a, b) => by(b) - by(a))[0];

const successesOf = ({ backups }: ResourceTruth): readonly Required<BackupTruth>[] =>
  backups.filter(({ state }) => state === 'succeeded').toSorted((a, b) => (b.end ?? 0) - (a.end ?? 0));

/** The newest successful backup. */
export const lastSuccessOf = (resource: ResourceTruth): BackupTruth | undefined => successesOf(resource)[0];

/** Failed backups since the newest successful one started. */
export const failuresOf = (resource: ResourceTruth): number => {
  const since = lastSuccessOf(resource)?.start ?? 0;
  return resource.backups.filter(({ state, start }) => state === 'failed' && start > since).length;
};

/** When the oldest backup that runs was started. */
export const runningSinceOf = ({ backups }: ResourceTruth): number | undefined =>
  latest(
    backups.filter(({ state }) => state === 'running'),
    ({ start }) => -start,
  )?.start;

const MOST_BEFORE = 14;
const LEAST_BEFORE = 3;

/** The median of the successful backups before the newest. */
function medianOf(resource: ResourceTruth, of: (backup: BackupTruth) => number): number | undefined {
  const before = successesOf(resource).slice(1, 1 + MOST_BEFORE);
  if (before.length < LEAST_BEFORE) return undefined;
  const values = before.map(of).toSorted((a, b) => a - b);
  const middle = (values.length - 1) / 2;
  return ((values[Math.floor(middle)] ?? 0) + (values[Math.ceil(middle)] ?? 0)) / 2;
}

const durationOf = ({ start, end = start }: BackupTruth): number => end - start;

/** When the next successful backup has to be complete; undefined where none is expected. */
export function dueOf(resource: ResourceTruth): number | undefined {
  const from = lastSuccessOf(resource)?.end ?? resource.created;
  return resource.objective === undefined ? undefined : from + resource.objective;
}

/** The words for states, the worst first. */
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

/** Which of the states apply to a resource that is expected to be backed up. */
function applies(resource: ResourceTruth, now: number): Readonly<Record<string, boolean>> {
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

/** The word that the table shows for a resource's state. */
export function stateTruth(resource: ResourceTruth, now: number): string {
  if (resource.objective === undefined) return 'Not expected';
  const is = applies(resource, now);
  return STATES.find((state) => is[state] === true) ?? 'Fine';
}

/** How many backups ended in each way within the day before the end. */
function finishedInThePastDay(resources: readonly ResourceTruth[], now: number, result: string): number {
  return resources
    .flatMap(({ backups }) => backups)
    .filter(({ end, state }) => state === result && end !== undefined && end > now - 24 * 3600).length;
}

/** What the headline of the dashboard of backups has to show, by panel and legend; undefined is no number at all. */
export function headlineTruths(world: World, choice: Choice): ReadonlyMap<string, number | undefined> {
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
