import type { Config, Objective, ObjectiveOverride, ResourceExpressions } from '../config/config.ts';
import { type Seconds, seconds } from '../domain/quantities.ts';
import type { ServiceType } from '../domain/service.ts';
import type { KnownResource } from './known-resource.ts';

/** Where a resource belongs, in the words of the configuration. */
export interface ResourcePlace {
  readonly service: ServiceType;
  readonly region: string;
  readonly project: string;
}

// Where `policy` is asked for and cannot be had: a day, and two hours for the backup itself.
const DEFAULT_OBJECTIVE = seconds(26 * 3600);

/**
 * How old the newest good backup of a resource may be; undefined for one that is gone or not expected to be backed
 * up. The first override that matches wins. Without one, a resource that its service never backs up by itself has
 * no objective. `policyObjective` gives what the resource's own backup policy asks for, where that is known.
 */
export function objectiveOf(
  rpo: Config['rpo'],
  place: ResourcePlace,
  resource: KnownResource,
  policyObjective: (resourceId: string) => Seconds | undefined,
): Seconds | undefined {
  if (!resource.exists) return undefined;
  const override = rpo.overrides.find((candidate) => overrideMatches(candidate, place, resource));
  if (override === undefined && !hasAutomaticBackup(resource)) return undefined;
  const age = ageOf(override?.objective ?? rpo.default, resource, policyObjective);
  return age === 'fall back' ? ageOrStandard(rpo.default) : age;
}

/** Whether the objective of a resource is to be taken from its own backup policy. */
export function takesPolicy(rpo: Config['rpo'], place: ResourcePlace, resource: KnownResource): boolean {
  const override = rpo.overrides.find((candidate) => overrideMatches(candidate, place, resource));
  return (
    place.service === 'gaussdb-mysql' &&
    resource.exists &&
    (override?.objective ?? rpo.default).kind === 'policy'
  );
}

/** Whether every expression that is given is found in the resource's name and id. */
export function expressionsMatch(
  { resourceName, resourceId }: ResourceExpressions,
  { id, name }: { readonly id: string; readonly name: string },
): boolean {
  return (resourceName?.test(name) ?? true) && (resourceId?.test(id) ?? true);
}

function overrideMatches(
  override: ObjectiveOverride,
  place: ResourcePlace,
  resource: KnownResource,
): boolean {
  return (
    (override.project ?? place.project) === place.project &&
    (override.region ?? place.region) === place.region &&
    (override.service ?? place.service) === place.service &&
    expressionsMatch(override, resource)
  );
}

function hasAutomaticBackup({ listing, facts }: KnownResource): boolean {
  return listing?.automaticBackup ?? facts?.automaticBackup ?? true;
}

function ageOf(
  objective: Objective,
  resource: KnownResource,
  policyObjective: (resourceId: string) => Seconds | undefined,
): Seconds | undefined | 'fall back' {
  switch (objective.kind) {
    case 'age':
      return objective.seconds;
    case 'none':
      return undefined;
    case 'policy':
      return policyObjective(resource.id) ?? 'fall back';
    default:
      return objective satisfies never;
  }
}

function ageOrStandard(objective: Objective): Seconds | undefined {
  if (objective.kind === 'age') return objective.seconds;
  return objective.kind === 'none' ? undefined : DEFAULT_OBJECTIVE;
}
