import { eventQueue } from './event-queue.ts';
import { initialResources, newResource, resourceName, type WorldSettings } from './initial-resources.ts';
import type { SimulatedResult } from './options.ts';
import {
  type Backup,
  backupDuration,
  backupMegabytes,
  DRAWS,
  draw,
  plannedStart,
  type Resource,
} from './resource.ts';
import type { SimulatedApi } from './service.ts';

/** Automatic backups kept for a resource: so many successful ones, and so many others. */
const AUTOMATIC_BACKUPS_KEPT = 7;
const RETRY_AFTER = 1800;

export interface BackupPlan {
  readonly method: 'auto' | 'manual';
  readonly result?: SimulatedResult | undefined;
  /** Seconds; the usual duration if undefined. */
  readonly duration?: number | undefined;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
}

/** Resources and their backups. Time passes only by `advance`. */
export interface World {
  /** Processes everything due until `now`; does nothing if that is in the past. */
  readonly advance: (now: number) => void;
  readonly now: () => number;
  /** Resources by creation, including deleted ones. */
  readonly resources: (kind: string) => readonly Resource[];
  readonly resource: (id: string) => Resource | undefined;
  /** Listed backups of all resources of a kind, by start, oldest first. */
  readonly backups: (kind: string) => readonly Backup[];
  readonly start: (resource: Resource, plan: BackupPlan) => Backup;
  readonly finish: (backup: Backup, result: SimulatedResult) => void;
  readonly remove: (backup: Backup) => void;
  /** Deletes a resource, and its backups where its service does not keep them. */
  readonly delete: (resource: Resource) => void;
  readonly add: (
    kind: string,
    options: { name?: string | undefined; withBackups?: boolean | undefined; created?: number | undefined },
  ) => Resource;
  /** Must be called after the plans of a resource are changed. */
  readonly reschedule: (resource: Resource) => void;
}

const dueTime = (resource: Resource): number => {
  if (resource.running) return resource.running.due;
  if (resource.deleted) return Number.POSITIVE_INFINITY;
  const planned = plannedStart(resource, resource.nextNumber);
  const automatic = planned > resource.pausedAfter ? Number.POSITIVE_INFINITY : planned;
  return Math.min(automatic, resource.manualAt, resource.retryAt);
};

/** A service and its number of resources at the start. */
export interface Population {
  readonly api: SimulatedApi;
  readonly count: number;
}

/** A world whose history ends at `start`. */
export const createWorld = (
  settings: WorldSettings,
  populations: readonly Population[],
  start: number,
): World => {
  const apis = new Map(populations.map(({ api }) => [api.kind, api]));
  const resources = new Map(
    populations.map(({ api, count }) => [api.kind, initialResources(settings, api, count, start)]),
  );
  const backups = new Map<string, Backup[]>(populations.map(({ api }) => [api.kind, []]));
  const kindsToTidy = new Set<string>();
  const byId = new Map<string, Resource>();
  const events = eventQueue<Resource>();
  let moment = start - settings.history - 1;

  const schedule = (resource: Resource): void => {
    const due = dueTime(resource);
    if (due < Number.POSITIVE_INFINITY) {
      events.add(due, resource.index * apis.size + resource.api.number, resource);
    }
  };

  const unlist = (backup: Backup): void => {
    backup.listed = false;
    backup.resource.backups = backup.resource.backups.filter(({ listed }) => listed);
    kindsToTidy.add(backup.resource.kind);
  };

  const tidy = (): void => {
    for (const kind of kindsToTidy) {
      backups.set(
        kind,
        (backups.get(kind) ?? []).filter(({ listed }) => listed),
      );
    }
    kindsToTidy.clear();
  };

  const prune = (resource: Resource): void => {
    const left = { good: AUTOMATIC_BACKUPS_KEPT, other: AUTOMATIC_BACKUPS_KEPT };
    for (const backup of resource.backups.toReversed()) {
      if (backup.method === 'auto' && backup.state !== 'running') {
        const group = backup.state === 'success' ? 'good' : 'other';
        left[group] -= 1;
        if (left[group] < 0) unlist(backup);
      }
    }
  };

  const decideResult = (resource: Resource, isUnknown: boolean): SimulatedResult => {
    if (resource.failuresAhead > 0) {
      resource.failuresAhead -= 1;
      return 'failed';
    }
    if (moment > resource.failingAfter) return 'failed';
    return isUnknown ? 'unknown' : 'success';
  };

  const skipMissedBackups = (resource: Resource, until: number): void => {
    while (plannedStart(resource, resource.nextNumber) < until) resource.nextNumber += 1;
  };

  const begin = (
    resource: Resource,
    plan: BackupPlan & { isRandomFailure?: boolean; isUnknown?: boolean },
  ): Backup => {
    const isRandomFailure = plan.isRandomFailure ?? false;
    const result =
      plan.result ?? (isRandomFailure ? 'failed' : decideResult(resource, plan.isUnknown ?? false));
    const duration = resource.hangNext
      ? Number.POSITIVE_INFINITY
      : (plan.duration ?? backupDuration(resource, result));
    const backup: Backup = {
      resource,
      sequence: resource.made,
      method: plan.method,
      start: Math.floor(moment),
      name: plan.name,
      description: plan.description,
      resourceName: resource.name,
      result,
      megabytes: backupMegabytes(resource),
      isRandomFailure,
      due: Math.floor(moment) + duration,
      state: 'running',
      end: undefined,
      listed: true,
    };
    resource.hangNext = false;
    resource.made += 1;
    resource.running = backup;
    resource.backups = [...resource.backups, backup];
    backups.get(resource.kind)?.push(backup);
    return backup;
  };

  const end = (backup: Backup, result: SimulatedResult): void => {
    const { resource } = backup;
    backup.state = result;
    backup.end = Math.max(backup.start, Math.floor(moment));
    resource.running = undefined;
    skipMissedBackups(resource, backup.end);
    if (backup.isRandomFailure)
      resource.retryAt = backup.end + Math.max(1, Math.round(RETRY_AFTER / settings.speed));
    prune(resource);
  };

  const beginDueBackup = (resource: Resource): void => {
    if (resource.retryAt <= moment) {
      resource.retryAt = Number.POSITIVE_INFINITY;
      begin(resource, { method: 'auto' });
      return;
    }
    if (resource.manualAt <= moment) {
      resource.manualAt = Number.POSITIVE_INFINITY;
      begin(resource, { method: 'manual' });
      return;
    }
    const number = resource.nextNumber;
    resource.nextNumber += 1;
    const healthy = resource.character === 'healthy' && resource.failuresAhead === 0;
    begin(resource, {
      method: 'auto',
      isRandomFailure: healthy && draw(resource, DRAWS.failure, number) < settings.failureRate,
      isUnknown: resource.character === 'unknown' && number % 2 === 1,
    });
  };

  const advance = (now: number): void => {
    for (let event = events.take(now); event; event = events.take(now)) {
      const { at, item: resource } = event;
      // The plans of the resource may have changed since the event was scheduled.
      if (dueTime(resource) === at) {
        moment = Math.max(moment, at);
        if (resource.running) {
          end(resource.running, resource.running.result);
        } else {
          beginDueBackup(resource);
        }
        schedule(resource);
      }
    }
    moment = Math.max(moment, now);
    tidy();
  };

  const admit = (resource: Resource): void => {
    byId.set(resource.id, resource);
    schedule(resource);
  };

  const all = (): readonly Resource[] => [...resources.values()].flat();
  all().forEach(admit);
  advance(start);
  for (const resource of all()) resource.deleted = resource.character === 'deleted';

  return {
    advance,
    now: () => moment,
    resources: (kind) => resources.get(kind) ?? [],
    resource: (id) => byId.get(id),
    backups: (kind) => backups.get(kind) ?? [],
    start: (resource, plan) => {
      const backup = begin(resource, plan);
      schedule(resource);
      return backup;
    },
    finish: (backup, result) => {
      end(backup, result);
      schedule(backup.resource);
      tidy();
    },
    remove: (backup) => {
      if (backup.resource.running === backup) {
        backup.resource.running = undefined;
        skipMissedBackups(backup.resource, Math.floor(moment));
        schedule(backup.resource);
      }
      unlist(backup);
      tidy();
    },
    delete: (resource) => {
      if (resource.running) end(resource.running, 'failed');
      resource.deleted = true;
      const { keepsBackups } = resource.api;
      if (keepsBackups !== true) {
        resource.backups
          .filter(({ method }) => keepsBackups === false || method !== 'manual')
          .forEach((backup) => {
            unlist(backup);
          });
      }
      tidy();
    },
    add: (kind, { name, withBackups = true, created = moment }) => {
      const api = apis.get(kind);
      const neighbours = resources.get(kind);
      if (api === undefined || neighbours === undefined)
        throw new Error(`the simulated cloud has no ${kind}`);
      const index = neighbours.length;
      const resource = newResource(settings, {
        api,
        index,
        name: name ?? resourceName(api, index),
        now: Math.floor(moment),
        created: Math.floor(created),
        withBackups,
      });
      neighbours.push(resource);
      admit(resource);
      advance(moment);
      return resource;
    },
    reschedule: (resource) => {
      skipMissedBackups(resource, Math.floor(moment));
      schedule(resource);
    },
  };
};
