import type { ProjectClient } from '../cloud/client.ts';
import type { Config } from '../config/config.ts';
import { createPolicies, NO_UNREAD_POLICIES, type UnreadPolicies } from '../poll/policies.ts';
import { readService, type ServiceRead, type ServiceReader } from '../poll/read-service.ts';
import { createYield } from '../state/event-loop.ts';
import type { Scope } from '../state/objective.ts';
import { type ServedResource, serveResources } from '../state/served.ts';
import type { PickedService } from './session.ts';

export type ReadingOptions = PickedService &
  Omit<ServiceReader, 'ahead' | 'config'> & { readonly config: Config };

/** A service as it was read once. */
export interface ServiceReading extends ServiceRead, PickedService {
  readonly client: ProjectClient;
  readonly scope: Scope;
  /** What would be served; undefined if no backups could be read. */
  readonly served: readonly ServedResource[] | undefined;
  readonly unreadPolicies: UnreadPolicies;
}

/** Reads a service with its backup policies, like a first poll; never rejects. */
export async function readOnce(options: ReadingOptions, signal: AbortSignal): Promise<ServiceReading> {
  const { project, service, client, config } = options;
  const scope = { service: service.type, region: project.region, project: project.name };
  const reader = { ...options, ahead: config.poll.concurrency - 1, scope };
  const read = { ...(await readService(reader, undefined, signal)), project, service, client, scope };
  const { next } = read;
  if (next === undefined) {
    return { ...read, served: undefined, unreadPolicies: NO_UNREAD_POLICIES };
  }
  const policies = createPolicies(service.api.policies);
  const unreadPolicies = await policies.refresh(reader, next.resources, signal);
  const { resources } = await serveResources(scope, config, next, policies, createYield());
  return { ...read, served: resources, unreadPolicies };
}
