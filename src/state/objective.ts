import type { Config, Objective, ObjectiveOverride, ResourceExpressions } from '../config/config.ts';
import { type Seconds, seconds } from '../domain/quantities.ts';
import type { ServiceType } from '../domain/service.ts';
import type { BackupPolicy } from '../services/service.ts';
import type { KnownResource } from './known-resource.ts';

/** Why nothing says whether a resource is expected to be backed up. */
export const POLICY_UNREAD = 'its backup policy could not be read';

/** One service of one project, by its configured names. */
export interface Scope {
  readonly service: ServiceType;
  readonly region: string;
  readonly project: string;
}

// If `policy` is configured but unknown: a day, plus two hours for the backup itself.
const DEFAULT_OBJECTIVE = seconds(26 * 3600);

/** The backup policies of a service. */
export interface PolicyLookup {
  /** Whether a resource is expected to be backed up only if its policy says so. */
  readonly decides: boolean;
  /** Undefined if unknown. */
  readonly policyOf: (resource: KnownResource) => BackupPolicy | undefined;
}

export interface Expectation {
  /** Maximum age of the newest successful backup; undefined if none is expected. */
  readonly objective: Seconds | undefined;
  /** Why none is expected, in words; undefined if one is, or if the configuration says `none`. */
  readonly notExpected: string | undefined;
}

/**
 * The first matching override wins. Without one, a resource without automatic backups, or that cannot be backed up now,
 * has no objective.
 */
export function objectiveOf(
  rpo: Config['rpo'],
  scope: Scope,
  resource: KnownResource,
  policies: PolicyLookup,
): Expectation {
  if (!resource.exists) return { objective: undefined, notExpected: 'deleted' };
  const override = overrideOf(rpo, scope, resource);
  const policy = policies.policyOf(resource);
  const notExpected =
    override === undefined ? reasonNotExpected(resource, policy, policies.decides) : undefined;
  if (notExpected !== undefined) return { objective: undefined, notExpected };
  const ofPolicy = policy?.kind === 'scheduled' ? policy.objective : undefined;
  const byPolicy = ofPolicy ?? ageOf(rpo.default, DEFAULT_OBJECTIVE);
  return { objective: ageOf(override?.objective ?? rpo.default, byPolicy), notExpected: undefined };
}

/** Whether the policy of a resource must be read: its objective is `policy`, or only the policy says what is expected. */
export function needsPolicy(
  rpo: Config['rpo'],
  scope: Scope,
  resource: KnownResource,
  { decides }: { readonly decides?: true },
): boolean {
  if (!resource.exists) return false;
  const override = overrideOf(rpo, scope, resource);
  if ((override?.objective ?? rpo.default).kind === 'policy') return true;
  return decides === true && override === undefined && resource.listing?.notExpected === undefined;
}

function reasonNotExpected(
  { listing, facts }: KnownResource,
  policy: BackupPolicy | undefined,
  policyDecides: boolean,
): string | undefined {
  if (listing !== undefined && listing.notExpected !== undefined) return listing.notExpected;
  if (policy?.kind === 'off') return 'no automatic backup policy';
  if (policy === undefined && policyDecides) return POLICY_UNREAD;
  return listing === undefined && facts?.automaticBackup === false ? 'no automatic backups' : undefined;
}

/** Whether all given expressions match the resource's name and id. */
export function expressionsMatch(
  { resourceName, resourceId }: ResourceExpressions,
  { id, name }: Pick<KnownResource, 'id' | 'name'>,
): boolean {
  return (resourceName?.test(name) ?? true) && (resourceId?.test(id) ?? true);
}

/** The first matching override. */
export const overrideOf = (
  { overrides }: Config['rpo'],
  { project, region, service }: Scope,
  resource: Pick<KnownResource, 'id' | 'name'>,
): ObjectiveOverride | undefined =>
  overrides.find(
    (override) =>
      (override.project ?? project) === project &&
      (override.region ?? region) === region &&
      (override.service ?? service) === service &&
      expressionsMatch(override, resource),
  );

function ageOf(objective: Objective, byPolicy: Seconds | undefined): Seconds | undefined {
  switch (objective.kind) {
    case 'age':
      return objective.seconds;
    case 'none':
      return undefined;
    case 'policy':
      return byPolicy;
    default:
      return objective satisfies never;
  }
}
