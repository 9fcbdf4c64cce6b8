/** A backup as it really is: the service's answer says the same in its own words. */
export interface BackupTruth {
  readonly state: 'succeeded' | 'failed' | 'running' | 'unknown';
  readonly start: number;
  /** Undefined while it runs. */
  readonly end: number | undefined;
  readonly bytes: number | undefined;
}

/** A graph or database instance as it really is at the end of the history. */
export interface ResourceTruth {
  readonly project: string;
  readonly region: string;
  readonly service: string;
  readonly id: string;
  readonly name: string;
  /** How old its newest good backup may be; undefined when nothing is expected of it. */
  readonly objective: number | undefined;
  readonly backups: readonly BackupTruth[];
}

/** A list of backups that the exporters poll, at the end of the history. */
export interface ListTruth {
  readonly project: string;
  readonly region: string;
  readonly service: string;
  /** Whether it could be read at the last poll. */
  readonly read: boolean;
  /** When each exporter last read all of it, by the exporter's instance. */
  readonly lastComplete: ReadonlyMap<string, number>;
}

/** What is true at the end of a history. */
export interface World {
  /** The moment of the last scrape, in Unix seconds. */
  readonly end: number;
  readonly job: string;
  /** The exporters that are scraped at the end. */
  readonly instances: readonly string[];
  readonly resources: readonly ResourceTruth[];
  readonly lists: readonly ListTruth[];
  /** The alerts that are marked as firing, by name. */
  readonly firing: readonly string[];
}

/** What the user has picked: a value per variable; what is not named is All. */
export type Choice = Readonly<Record<string, string>>;

const VARIABLES = ['job', 'instance', 'project', 'service', 'region', 'resource'] as const;

const within = (choice: Choice, of: Pick<ListTruth, 'project' | 'service' | 'region'>): boolean =>
  (['project', 'service', 'region'] as const).every((name) => (choice[name] ?? of[name]) === of[name]);

const listsIn = (world: World, choice: Choice): readonly ListTruth[] =>
  world.lists.filter((list) => within(choice, list));

/** The resources that a choice leaves. */
const resourcesIn = (world: World, choice: Choice): readonly ResourceTruth[] =>
  world.resources.filter(
    (resource) => within(choice, resource) && (choice['resource'] ?? resource.name) === resource.name,
  );

const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)];

/** The values that a variable has to offer once others are picked. */
export function offeredTruth(world: World, variable: string, choice: Choice): readonly string[] {
  switch (variable) {
    case 'job':
      return [world.job];
    case 'instance':
      return world.instances;
    case 'project':
    case 'service':
    case 'region':
      return distinct(listsIn(world, choice).map((list) => list[variable]));
    case 'resource':
      return distinct(resourcesIn(world, choice).map(({ name }) => name));
    default:
      throw new Error(`no test knows the variable ${variable}`);
  }
}

/** Every single value that can be picked. */
export const choicesOf = (world: World): readonly Choice[] =>
  VARIABLES.flatMap((variable) => offeredTruth(world, variable, {}).map((value) => ({ [variable]: value })));

const latest = <T>(items: readonly T[], by: (item: T) => number): T | undefined =>
  items.toSorted((a, b) => by(b) - by(a))[0];

const goodOf = ({ backups }: ResourceTruth): readonly BackupTruth[] =>
  backups.filter(({ state }) => state === 'succeeded');

/** The newest good backup. */
export const lastGoodOf = (resource: ResourceTruth): BackupTruth | undefined =>
  latest(goodOf(resource), ({ end = 0 }) => end);

/** The state of the newest backup. */
export const newestStateOf = ({ backups }: ResourceTruth): BackupTruth['state'] | undefined =>
  latest(backups, ({ start }) => start)?.state;

/** Failed backups since the newest good one started. */
export const failuresOf = (resource: ResourceTruth): number => {
  const since = lastGoodOf(resource)?.start ?? 0;
  return resource.backups.filter(({ state, start }) => state === 'failed' && start > since).length;
};

/** When the oldest backup that runs was started. */
export const runningSinceOf = ({ backups }: ResourceTruth): number | undefined =>
  latest(
    backups.filter(({ state }) => state === 'running'),
    ({ start }) => -start,
  )?.start;

const isOutside = (resource: ResourceTruth, now: number): boolean => {
  const end = lastGoodOf(resource)?.end;
  return resource.objective !== undefined && end !== undefined && now - end > resource.objective;
};

/** The words of the table's states, the worst first. */
export const STATES: readonly string[] = [
  'Never backed up',
  'Outside RPO',
  'Failing',
  'Running',
  'Within RPO',
  'No RPO',
];

/** The word that the table shows for a resource's state. */
export function stateTruth(resource: ResourceTruth, now: number): string {
  if (resource.objective === undefined) return 'No RPO';
  if (lastGoodOf(resource) === undefined) return 'Never backed up';
  if (isOutside(resource, now)) return 'Outside RPO';
  if (failuresOf(resource) > 0) return 'Failing';
  return runningSinceOf(resource) === undefined ? 'Within RPO' : 'Running';
}

function oldestReading(world: World, choice: Choice): number {
  const instance = choice['instance'];
  const readings = listsIn(world, choice).map(({ lastComplete }) =>
    instance === undefined ? Math.max(...lastComplete.values()) : (lastComplete.get(instance) ?? 0),
  );
  return Math.min(...readings);
}

/** What the headline has to show for a choice, by the panel's title; undefined is no number at all. */
export function headlineTruths(world: World, choice: Choice): ReadonlyMap<string, number | undefined> {
  const watched = resourcesIn(world, choice).filter(({ objective }) => objective !== undefined);
  const count = (is: (resource: ResourceTruth) => boolean): number | undefined =>
    watched.length === 0 ? undefined : watched.filter(is).length;
  return new Map([
    ['Resources watched', count(() => true)],
    ['Outside RPO', count((resource) => isOutside(resource, world.end))],
    ['Failing', count((resource) => failuresOf(resource) > 0)],
    ['Never backed up', count((resource) => lastGoodOf(resource) === undefined)],
    ['Running', count((resource) => runningSinceOf(resource) !== undefined)],
    ['Age of the data', world.end - oldestReading(world, choice)],
    ['Lists not read', listsIn(world, choice).filter(({ read }) => !read).length],
  ]);
}

/** How many backups ended in each way within the day before the end. */
export function finishedInThePastDay({ resources, end: now }: World): ReadonlyMap<string, number> {
  const ended = resources
    .flatMap(({ backups }) => backups)
    .filter(({ end }) => end !== undefined && end > now - 24 * 3600);
  return new Map(
    (['succeeded', 'failed'] as const).map((result) => [
      result,
      ended.filter(({ state }) => state === result).length,
    ]),
  );
}

/** How many backups are listed in each state. */
export const storedByState = ({ resources }: World): ReadonlyMap<string, number> =>
  new Map(
    (['succeeded', 'failed', 'running', 'unknown'] as const).map((state) => [
      state,
      resources.flatMap(({ backups }) => backups).filter((backup) => backup.state === state).length,
    ]),
  );
