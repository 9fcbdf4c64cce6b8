import type {
  SimulatedBackup,
  SimulatedCharacter,
  SimulatedResource,
  SimulatedResult,
  WorldControls,
} from './options.ts';
import { type Backup, backupId, type Resource } from './resource.ts';
import type { World } from './world.ts';

const MEGABYTE = 1024 * 1024;

const described = (resource: Resource): SimulatedResource => ({
  id: resource.id,
  name: resource.name,
  kind: resource.kind,
  character: resource.character,
  deleted: resource.deleted,
  created: resource.created,
});

const sizeBytes = ({ state, megabytes }: Backup): number | undefined => {
  if (state === 'running') return undefined;
  return state === 'failed' ? 0 : megabytes * MEGABYTE;
};

const describedBackup = (backup: Backup): SimulatedBackup => ({
  id: backupId(backup),
  resourceId: backup.resource.id,
  method: backup.method,
  state: backup.state,
  start: backup.start,
  end: backup.end,
  sizeBytes: sizeBytes(backup),
});

/** `current` returns the world advanced to the current time. */
export const worldControls = (current: () => World, kinds: readonly string[]): WorldControls => {
  const find = (id: string, kind?: string): Resource => {
    const resource = current().resource(id);
    if (!resource || (kind !== undefined && resource.kind !== kind)) {
      throw new Error(`the simulated cloud has no ${kind ?? 'resource'} ${id}`);
    }
    return resource;
  };

  const change = (id: string, kind: string | undefined, edit: (resource: Resource) => void): void => {
    const resource = find(id, kind);
    edit(resource);
    current().reschedule(resource);
  };

  const all = (): readonly Resource[] => kinds.flatMap((kind) => current().resources(kind));

  const runningOf = (resource: Resource): Backup => {
    if (!resource.running) {
      throw new Error(`no backup of ${resource.name} is running`);
    }
    return resource.running;
  };

  const startBackup: WorldControls['startBackup'] = (id, { method = 'manual', result, duration } = {}) => {
    const resource = find(id);
    if (resource.running) {
      throw new Error(`a backup of ${resource.name} is already running`);
    }
    if (resource.deleted) {
      throw new Error(`${resource.name} is deleted`);
    }
    return backupId(current().start(resource, { method, result, duration }));
  };

  const resourceOf = (character: SimulatedCharacter, kind = kinds[0] ?? ''): SimulatedResource => {
    const resource = current()
      .resources(kind)
      .find((candidate) => candidate.character === character);
    if (!resource) {
      throw new Error(`the simulated cloud has no ${kind} of the character ${character}`);
    }
    return described(resource);
  };

  return {
    resources: () => all().map(described),
    resourceOf,
    backupsOf: (id) => find(id).backups.map(describedBackup),
    failNextBackup: (id, times = 1) =>
      change(id, undefined, (resource) => {
        resource.failuresAhead += times;
      }),
    failNextExport: (id) =>
      change(id, 'graph', (graph) => {
        graph.exportFailuresAhead += 1;
      }),
    stopBackups: (id) =>
      change(id, undefined, (resource) => {
        resource.pausedAfter = current().now();
        resource.retryAt = Number.POSITIVE_INFINITY;
      }),
    resumeBackups: (id) =>
      change(id, undefined, (resource) => {
        resource.pausedAfter = Number.POSITIVE_INFINITY;
      }),
    hang: (id) =>
      change(id, undefined, (resource) => {
        if (resource.running) {
          resource.running.due = Number.POSITIVE_INFINITY;
        } else {
          resource.hangNext = true;
        }
      }),
    shrink: (id, factor) =>
      change(id, undefined, (resource) => {
        resource.sizeFactor = factor;
      }),
    slowDown: (id, factor) =>
      change(id, undefined, (resource) => {
        resource.durationFactor = factor;
      }),
    startBackup,
    finishBackup: (id, result: SimulatedResult = 'success') => current().finish(runningOf(find(id)), result),
    removeBackup: (id) => {
      const backup = all()
        .flatMap(({ backups }) => backups)
        .find((candidate) => backupId(candidate) === id);
      if (!backup) {
        throw new Error(`the simulated cloud has no backup ${id}`);
      }
      current().remove(backup);
    },
    add: (kind, options = {}) => current().add(kind, options).id,
    remove: (id) => current().delete(find(id)),
    rename: (id, name) =>
      change(id, undefined, (resource) => {
        resource.name = name;
      }),
    setGraphStatus: (id, status) =>
      change(id, 'graph', (graph) => {
        graph.statusCode = status;
      }),
  };
};
