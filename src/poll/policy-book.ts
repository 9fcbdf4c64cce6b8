import type { ProjectClient } from '../cloud/client.ts';
import type { Config, ServiceConfig } from '../config/config.ts';
import type { Seconds, UnixSeconds } from '../domain/quantities.ts';
import { gaussdbMysqlPolicyPath, readPolicyObjective } from '../sources/gaussdb-mysql-policy.ts';
import type { KnownResource } from '../state/known-resource.ts';
import { type ResourcePlace, takesPolicy } from '../state/objective.ts';

/** What is asked of a policy book when a poll has brought the resources. */
export interface PolicyRefresh {
  readonly place: ResourcePlace;
  readonly rpo: Config['rpo'];
  readonly service: ServiceConfig;
  readonly client: ProjectClient;
  readonly resources: ReadonlyMap<string, KnownResource>;
  readonly now: UnixSeconds;
  readonly signal: AbortSignal;
}

/** The backup policies of the instances whose objective is `policy`. */
export interface PolicyBook {
  /** Reads the policies that are missing or old; resolves with how many could not be read, and why the first. */
  readonly refresh: (
    request: PolicyRefresh,
  ) => Promise<{ readonly count: number; readonly reason: string | undefined }>;
  /** The objective that follows from the policy; undefined where it is not known. */
  readonly objectiveOf: (resourceId: string) => Seconds | undefined;
}

interface Entry {
  readonly objective: Seconds | undefined;
  readonly reason: string | undefined;
  readonly readAt: UnixSeconds;
}

const READ_AGAIN_AFTER = 6 * 3600;
const TRY_AGAIN_AFTER = 3600;

/** A book without policies. A policy is read every six hours; one that could not be read, every hour. */
export function createPolicyBook(): PolicyBook {
  const entries = new Map<string, Entry>();

  const isDue = (id: string, now: UnixSeconds): boolean => {
    const entry = entries.get(id);
    return (
      entry === undefined ||
      now - entry.readAt >= (entry.reason === undefined ? READ_AGAIN_AFTER : TRY_AGAIN_AFTER)
    );
  };

  const read = async (id: string, { client, service, now, signal }: PolicyRefresh): Promise<void> => {
    const { objective, reason } = await readPolicy(client, service, id, signal);
    // What was given up, because of a reload or the end of the poll's time, says nothing of the policy.
    if (signal.aborted && objective === undefined) return;
    // A policy that was read once still tells more than none.
    entries.set(id, { objective: objective ?? entries.get(id)?.objective, reason, readAt: now });
  };

  return {
    refresh: async (request) => {
      const wanted = [...request.resources.values()].filter((resource) =>
        takesPolicy(request.rpo, request.place, resource),
      );
      for (const id of entries.keys()) if (!request.resources.has(id)) entries.delete(id);
      // The client bounds how many of these are under way at once.
      await Promise.all(wanted.filter(({ id }) => isDue(id, request.now)).map(({ id }) => read(id, request)));
      const reasons = wanted
        .map(({ id }) => entries.get(id)?.reason)
        .filter((reason) => reason !== undefined);
      return { count: reasons.length, reason: reasons[0] };
    },
    objectiveOf: (resourceId) => entries.get(resourceId)?.objective,
  };
}

async function readPolicy(
  client: ProjectClient,
  service: ServiceConfig,
  id: string,
  signal: AbortSignal,
): Promise<{ readonly objective: Seconds | undefined; readonly reason: string | undefined }> {
  try {
    const body = await client.call(
      {
        operation: 'get_policy',
        service: service.type,
        method: 'GET',
        endpoint: service.endpoint,
        path: gaussdbMysqlPolicyPath(id),
        query: {},
        body: undefined,
      },
      signal,
    );
    const objective = readPolicyObjective(body);
    return {
      objective,
      reason: objective === undefined ? 'the policy names no days or no window that can be read' : undefined,
    };
  } catch (error) {
    return { objective: undefined, reason: error instanceof Error ? error.message : String(error) };
  }
}
