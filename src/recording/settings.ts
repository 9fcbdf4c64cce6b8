import type { Config, Objective, ServiceConfig } from '../config/config.ts';
import { formatDuration } from '../config/duration.ts';
import { overrideOf, type Scope } from '../state/objective.ts';
import type { ServiceState } from '../state/service-state.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import type { RecordedSettings } from './recording.ts';

/** A service as it was read. */
export interface ReadService {
  readonly scope: Scope;
  readonly service: ServiceConfig;
  /** Undefined when its backups could not be read. */
  readonly next: ServiceState | undefined;
}

/** Resources that overrides and filters name, so that the file stays small. */
const MOST_NAMED = 1000;

/** The settings by which what was recorded is to be judged, with pseudonyms for what they name. */
export function recordedSettings(
  { limits, rpo, projects }: Config,
  read: readonly ReadService[],
  pseudonyms: Pseudonyms,
): { readonly settings: RecordedSettings; readonly leftOut: readonly string[] } {
  const leftOut: string[] = [];
  const nameOf = (project: string): string => `project-${projects.findIndex(({ name }) => name === project)}`;
  let room = MOST_NAMED;
  const anyOf = (ids: readonly string[], what: string): string => {
    const named = ids.slice(0, room);
    room -= named.length;
    if (named.length < ids.length) leftOut.push(`${ids.length - named.length} resources of ${what}`);
    return `^(?:${named.map((id) => escaped(pseudonyms(id))).join('|')})$`;
  };
  const overrides = read.flatMap(({ scope, next }) => {
    const byOverride = Map.groupBy(next?.resources.values() ?? [], (resource) => {
      const override = overrideOf(rpo, scope, resource);
      return override && objectiveText(override.objective);
    });
    byOverride.delete(undefined);
    return Array.from(byOverride, ([objective, resources]) => {
      const ids = resources.map(({ id }) => id);
      const resource_id = anyOf(ids, `an override of rpo, ${scope.service}`);
      return {
        match: { project: nameOf(scope.project), service: scope.service, resource_id },
        rpo: objective,
      };
    });
  });
  const serviceSettings = ({ type, own, inventory }: ServiceConfig, project: string) => {
    const state = read.find(({ scope }) => scope.project === project && scope.service === type)?.next;
    const excluded = [...(state?.excluded.keys() ?? [])];
    return {
      type,
      ...own,
      inventory,
      ...(excluded.length > 0 && { exclude: { resource_id: anyOf(excluded, `exclude, ${type}`) } }),
    };
  };
  return {
    settings: {
      limits: { ...limits },
      rpo: { default: objectiveText(rpo.default), overrides },
      projects: projects.map(({ name, services }) => ({
        services: services.map((service) => serviceSettings(service, name)),
      })),
    },
    leftOut,
  };
}

const objectiveText = (objective: Objective): string =>
  objective.kind === 'age' ? formatDuration(objective.seconds) : objective.kind;

const escaped = (text: string): string => text.replaceAll(/[^\w/@:, -]/g, '\\$&');
