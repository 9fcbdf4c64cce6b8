import type { SimulatedCharacter } from './options.ts';
import { DRAWS, draw, plannedStart, type Resource } from './resource.ts';
import type { SimulatedApi } from './service.ts';

export interface WorldSettings {
  readonly characters: boolean;
  readonly seed: number;
  readonly speed: number;
  readonly failureRate: number;
  readonly history: number;
}

const SUBJECTS = [
  'orders',
  'customers',
  'payments',
  'fraud',
  'inventory',
  'shipping',
  'identity',
  'catalog',
  'billing',
  'social',
  'routing',
  'telemetry',
  'contracts',
  'suppliers',
  'loyalty',
  'search',
] as const;

const DAY = 86_400;
const HOUR = 3600;
const TROUBLE_BEGAN_DAYS_AGO = 3.5;
const DELETED_DAYS_AGO = 2;

/** `orders-graph-01`, `customers-graph-01`, …: unique within a kind. */
export const resourceName = ({ noun }: SimulatedApi, index: number): string => {
  const subject = SUBJECTS[index % SUBJECTS.length];
  const number = Math.floor(index / SUBJECTS.length) + 1;
  return `${subject}-${noun}-${String(number).padStart(2, '0')}`;
};

interface ResourceSpec {
  readonly api: SimulatedApi;
  readonly index: number;
  readonly character: SimulatedCharacter;
  readonly name: string;
  readonly created: number;
  /** Start of automatic backup number 0, given the seconds between two and the duration of one. */
  readonly anchor: (period: number, usualDuration: number) => number;
}

const makeResource = (settings: WorldSettings, spec: ResourceSpec): Resource => {
  const { api, index, character } = spec;
  const of = { seed: settings.seed, api, kind: api.kind, index };
  const period = DAY / settings.speed;
  const [shortest, spread] = api.durations;
  const realDuration = character === 'running' ? 5 * HOUR : shortest + spread * draw(of, DRAWS.duration);
  const usualDuration = realDuration / settings.speed;
  return {
    ...of,
    id: api.resourceId(settings.seed, index),
    character,
    created: spec.created,
    anchor: spec.anchor(period, usualDuration),
    period,
    usualDuration,
    usualMegabytes: character === 'small' ? 1 : api.smallestMegabytes * 250 ** draw(of, DRAWS.megabytes),
    name: spec.name,
    deleted: false,
    statusCode: '200',
    pausedAfter: Number.POSITIVE_INFINITY,
    failingAfter: Number.POSITIVE_INFINITY,
    nextNumber: 0,
    manualAt: Number.POSITIVE_INFINITY,
    retryAt: Number.POSITIVE_INFINITY,
    failuresAhead: 0,
    exportFailuresAhead: 0,
    hangNext: false,
    sizeFactor: 1,
    durationFactor: 1,
    made: 0,
    running: undefined,
    backups: [],
  };
};

/** A resource created now. Its first backup starts now, or never. */
export const newResource = (
  settings: WorldSettings,
  made: {
    readonly api: SimulatedApi;
    readonly index: number;
    readonly name: string;
    readonly now: number;
    readonly created: number;
    readonly withBackups: boolean;
  },
): Resource => ({
  ...makeResource(settings, {
    ...made,
    character: made.withBackups ? 'healthy' : 'never',
    anchor: () => made.now,
  }),
  pausedAfter: made.withBackups ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY,
});

const characterOf = (settings: WorldSettings, api: SimulatedApi, index: number): SimulatedCharacter =>
  (settings.characters ? api.characters[index] : undefined) ?? 'healthy';

/** Seconds between the last backup and the start of the world, when no healthy resource is being backed up. */
const lastStartAgo = (
  of: Parameters<typeof draw>[0],
  character: SimulatedCharacter,
  period: number,
  usualDuration: number,
): number => {
  switch (character) {
    case 'running':
      return (period / DAY) * 40 * 60;
    case 'unknown':
      // Late enough for the backup an hour after the successful one to have ended.
      return period / 6 + (period / 2) * draw(of, DRAWS.offset);
    case 'healthy':
    case 'failing':
    case 'stale':
    case 'deleted':
    case 'never':
    case 'small': {
      const margin = Math.min(period / 3, 1.3 * usualDuration + 2);
      return margin + (period - 2 * margin) * draw(of, DRAWS.offset);
    }
    default:
      return character satisfies never;
  }
};

/** A resource created long before the start of the world, as it was when the history begins. */
const existingResource = (
  settings: WorldSettings,
  api: SimulatedApi,
  index: number,
  start: number,
): Resource => {
  const of = { seed: settings.seed, api, index };
  const character = characterOf(settings, api, index);
  const resource = makeResource(settings, {
    api,
    index,
    character,
    name: resourceName(api, index),
    created: Math.floor(start - settings.history - DAY * (30 + 370 * draw(of, DRAWS.age))),
    anchor: (period, usualDuration) => {
      const ago = lastStartAgo(of, character, period, usualDuration);
      return start - ago - Math.floor((settings.history - ago) / period) * period;
    },
  });
  applyCharacter(resource, settings, start);
  return resource;
};

const applyCharacter = (resource: Resource, settings: WorldSettings, start: number): void => {
  const { character, period } = resource;
  const troubleBegan = start - TROUBLE_BEGAN_DAYS_AGO * period;
  switch (character) {
    case 'failing':
      resource.failingAfter = troubleBegan;
      return;
    case 'stale':
      resource.pausedAfter = troubleBegan;
      return;
    case 'deleted':
      resource.pausedAfter = start - DELETED_DAYS_AGO * period;
      return;
    case 'never':
      resource.pausedAfter = Number.NEGATIVE_INFINITY;
      return;
    case 'small':
      resource.pausedAfter = Number.NEGATIVE_INFINITY;
      resource.manualAt = Math.floor(start - 0.6 * settings.history);
      return;
    case 'healthy':
      if (draw(resource, DRAWS.details, 1) < 1 / 6) {
        resource.manualAt = Math.floor(plannedStart(resource, 0) + 2.5 * period);
      }
      return;
    case 'running':
    case 'unknown':
      return;
    default:
      character satisfies never;
  }
};

/** All resources of a service, as they were when the history of the world begins. */
export const initialResources = (
  settings: WorldSettings,
  api: SimulatedApi,
  count: number,
  start: number,
): Resource[] => Array.from({ length: count }, (_, index) => existingResource(settings, api, index, start));
