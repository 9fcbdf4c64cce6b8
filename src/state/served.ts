import { type Config, tagLabel } from '../config/config.ts';
import { type Bytes, bytes, type Seconds, type UnixSeconds, unixSeconds } from '../domain/quantities.ts';
import type { Yield } from './event-loop.ts';
import { type FinishedCounts, NONE_FINISHED } from './finished.ts';
import type { KnownResource } from './known-resource.ts';
import { objectiveOf, POLICY_UNREAD, type PolicyLookup, type Scope } from './objective.ts';
import type { ServiceState } from './service-state.ts';

/** One resource as served: its facts, objective and counters. */
export interface ServedResource extends KnownResource {
  /** Maximum age of the newest successful backup; undefined if none is expected. */
  readonly objective: Seconds | undefined;
  /** Why none is expected, in words; undefined if one is, or if the configuration says so. */
  readonly notExpected: string | undefined;
  /** When the next successful backup must be complete; undefined without an objective. */
  readonly due: UnixSeconds | undefined;
  /** Values of the configured tags, by label. */
  readonly tags: Readonly<Record<string, string>>;
  readonly finished: FinishedCounts;
}

/** What is served of one service of one project, from one complete poll. */
export interface ServedService extends Scope {
  readonly resources: readonly ServedResource[];
}

export async function serveResources(
  scope: Scope,
  { rpo, tags }: Pick<Config, 'rpo' | 'tags'>,
  { resources, ledger }: ServiceState,
  policies: PolicyLookup,
  yieldIfDue: Yield,
): Promise<ServedService> {
  const served: ServedResource[] = [];
  for (const resource of resources.values()) {
    await yieldIfDue();
    if (resource.unread) continue;
    const expectation = objectiveOf(rpo, scope, resource, policies);
    served.push({
      ...resource,
      ...expectation,
      due: dueOf(resource, expectation.objective),
      tags: tagLabels(resource, tags),
      finished: ledger.counts.get(resource.id) ?? NONE_FINISHED,
    });
  }
  return { ...scope, resources: served };
}

/** How many resources have no objective because their policy could not be read. */
export const policiesUnreadIn = (resources: readonly ServedResource[]): number =>
  resources.filter(({ notExpected }) => notExpected === POLICY_UNREAD).length;

/**
 * When the next successful backup must be complete. Without any, the objective starts with the resource's creation, or
 * else when it was first seen.
 */
export function dueOf(
  {
    facts,
    listing,
    firstSeen,
  }: Pick<KnownResource, 'facts' | 'listing'> & {
    readonly firstSeen: UnixSeconds | undefined;
  },
  objective: Seconds | undefined,
): UnixSeconds | undefined {
  const from = facts?.lastSuccess?.end ?? listing?.created ?? firstSeen;
  return objective === undefined || from === undefined ? undefined : unixSeconds(from + objective);
}

/** The total size of the successful backups: of the listed ones, or else as in the inventory. */
export const storedBytesOf = ({
  facts,
  listing,
}: Pick<KnownResource, 'facts' | 'listing'>): Bytes | undefined =>
  facts === undefined ? (listing?.storedBytes ?? bytes(0)) : (facts.storedBytes ?? listing?.storedBytes);

const NO_TAGS: ServedResource['tags'] = {};

function tagLabels({ listing }: KnownResource, keys: readonly string[]): ServedResource['tags'] {
  if (keys.length === 0 || listing === undefined) return NO_TAGS;
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = Object.hasOwn(listing.tags, key) ? listing.tags[key] : undefined;
      return value === undefined ? [] : [[tagLabel(key), value]];
    }),
  );
}
