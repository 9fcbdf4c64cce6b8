import type { Config } from '../config/config.ts';
import type { FailureKind } from '../domain/outcome.ts';
import { type Clock, type Seconds, seconds, type UnixSeconds } from '../domain/quantities.ts';
import {
  type BackupPolicy,
  type PolicyApi,
  type ProjectPolicy,
  policiesDecide,
} from '../services/service.ts';
import type { KnownResource } from '../state/known-resource.ts';
import { needsPolicy, type PolicyLookup, type Scope } from '../state/objective.ts';
import { type CallResult, call, type ListReader, listItems, readList } from './read-list.ts';

/** A service of a project, and which objectives may need its policies. */
export interface PolicyReader extends ListReader {
  readonly scope: Scope;
  readonly config: Pick<Config, 'rpo'>;
  readonly clock: Clock;
}

/** How many policies could not be read, and the first reason. */
export interface UnreadPolicies {
  readonly count: number;
  readonly reason: string | undefined;
}

export const NO_UNREAD_POLICIES: UnreadPolicies = { count: 0, reason: undefined };

/** What applies to a resource whose policy is unknown, in words. */
export const withoutPolicy = (api: PolicyApi | undefined): string =>
  policiesDecide(api)
    ? 'without a known one, a resource has no objective'
    : 'without a known one, rpo.default applies';

/** The backup policies of one service of a project. */
export interface Policies extends PolicyLookup {
  /** Reads missing and outdated policies of the resources; never rejects. */
  readonly refresh: (
    reader: PolicyReader,
    resources: ReadonlyMap<string, KnownResource>,
    signal: AbortSignal,
  ) => Promise<UnreadPolicies>;
}

const NONE: Policies = {
  refresh: () => Promise.resolve(NO_UNREAD_POLICIES),
  decides: false,
  policyOf: () => undefined,
};

export function createPolicies(api: PolicyApi | undefined): Policies {
  switch (api?.of) {
    case undefined:
      return NONE;
    case 'resource':
      return resourcePolicies(api);
    case 'project':
      return projectPolicies(api);
    default:
      return api satisfies never;
  }
}

interface Entry {
  readonly policy: BackupPolicy | undefined;
  readonly reason: string | undefined;
  readonly readAt: UnixSeconds;
  readonly maxAge: Seconds;
}

const MAX_AGE = seconds(6 * 3600);
const RETRY_AFTER = seconds(3600);
const MAY_PASS: ReadonlySet<FailureKind> = new Set(['network', 'timeout', 'server']);

/** Each policy is read every six hours; after a failure every hour, or in the next poll if it may have passed. */
function resourcePolicies(api: PolicyApi & { readonly of: 'resource' }): Policies {
  const entries = new Map<string, Entry>();

  const isDue = (id: string, now: UnixSeconds): boolean => {
    const entry = entries.get(id);
    if (entry === undefined) return true;
    const age = now - entry.readAt;
    // A clock that was set back must not keep a policy forever.
    return age < 0 || age >= entry.maxAge;
  };

  const entryOf = (result: CallResult, before: Entry | undefined, readAt: UnixSeconds): Entry => {
    if (result.kind === 'failed') {
      const maxAge = MAY_PASS.has(result.outcome) ? seconds(0) : RETRY_AFTER;
      // An old policy is better than none.
      return { policy: before?.policy, reason: result.reason, readAt, maxAge };
    }
    const policy = api.read(result.body);
    const reason = problemWith(policy);
    if (reason === undefined) return { policy, reason, readAt, maxAge: MAX_AGE };
    return { policy: before?.policy ?? policy, reason, readAt, maxAge: RETRY_AFTER };
  };

  return {
    decides: api.decides === true,
    refresh: async (reader, resources, signal) => {
      const { scope, config } = reader;
      const now = reader.clock();
      const read = async ({ id, listing }: KnownResource): Promise<void> => {
        const result = await call(reader, api.call({ id, parentId: listing?.parentId }), signal);
        // An aborted request says nothing about the policy.
        if (signal.aborted && result.kind === 'failed') return;
        entries.set(id, entryOf(result, entries.get(id), now));
      };
      const wanted = [...resources.values()].filter((one) => needsPolicy(config.rpo, scope, one, api));
      for (const id of entries.keys()) if (!resources.has(id)) entries.delete(id);
      // The client limits how many of these run at once.
      await Promise.all(wanted.filter(({ id }) => isDue(id, now)).map(read));
      const unread = wanted
        .map(({ id }) => entries.get(id))
        .filter((entry) => entry?.policy === undefined || entry.reason !== undefined);
      return {
        count: unread.length,
        reason:
          unread.length === 0 ? undefined : (unread.find((entry) => entry?.reason)?.reason ?? TIMED_OUT),
      };
    },
    policyOf: ({ id }) => entries.get(id)?.policy,
  };
}

function problemWith(policy: BackupPolicy | undefined): string | undefined {
  if (policy === undefined) return 'the response is not a backup policy';
  const isReadable = policy.kind === 'off' || policy.objective !== undefined;
  return isReadable ? undefined : 'the schedule of the backup policy could not be parsed';
}

const TIMED_OUT = 'timed out before every policy was read';

/** One list for the project, read in every poll. */
function projectPolicies({ list }: PolicyApi & { readonly of: 'project' }): Policies {
  let policies: ReadonlyMap<string, BackupPolicy> | undefined;
  return {
    decides: true,
    refresh: async (reader, resources, signal) => {
      const result = await readList(reader, list, listItems<ProjectPolicy>, signal);
      if (result.kind === 'failed') {
        const { scope, config } = reader;
        const wanted = [...resources.values()].filter((one) =>
          needsPolicy(config.rpo, scope, one, { decides: true }),
        );
        return { count: wanted.length, reason: result.reason };
      }
      policies = new Map(
        result.items.items.flatMap(({ appliesTo, policy }) => appliesTo.map((id) => [id, policy] as const)),
      );
      return NO_UNREAD_POLICIES;
    },
    policyOf: ({ id, listing }) => {
      if (policies === undefined) return undefined;
      return policies.get(id) ?? policies.get(listing?.parentId ?? '') ?? { kind: 'off' };
    },
  };
}
