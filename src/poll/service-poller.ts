import { joinSignals } from '../abort.ts';
import type { ProjectClient, RequestObservation } from '../cloud/client.ts';
import type { Config, ServiceConfig } from '../config/config.ts';
import { type Clock, type Seconds, seconds } from '../domain/quantities.ts';
import type { Log } from '../log/log.ts';
import type { ExporterMetrics } from '../metrics/exporter-metrics.ts';
import type { Publisher } from '../metrics/publisher.ts';
import { createYield } from '../state/event-loop.ts';
import type { Scope } from '../state/objective.ts';
import { isSameOrigin } from '../state/origin.ts';
import { policiesUnreadIn, type ServedService, serveResources } from '../state/served.ts';
import type { ServiceState } from '../state/service-state.ts';
import type { StateFile } from '../state-file/state-file.ts';
import type { PollRecord, PollStatus } from '../status/report.ts';
import { createPolicies, type Policies } from './policies.ts';
import { createPollLog, type FailureCauses } from './poll-log.ts';
import { failureOf, readService, rejectionsIn, type ServiceRead, unlistedResources } from './read-service.ts';

/** What a poller knows, so that another can continue it. */
export interface PollerMemory {
  /** Undefined before the first complete poll. */
  readonly state: ServiceState | undefined;
  readonly status: PollStatus;
  readonly policies: Policies;
  /** Undefined before the first complete poll. */
  readonly served: ServedService | undefined;
}

/** What the pollers of all services share. */
export interface PollerContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly stateFile: StateFile;
  /** A signal that aborts after the given time. */
  readonly deadline: (after: Seconds) => AbortSignal;
}

export interface ServicePollerOptions extends PollerContext {
  readonly scope: Scope;
  readonly service: ServiceConfig;
  readonly config: Pick<Config, 'poll' | 'limits' | 'rpo' | 'tags'>;
  readonly client: ProjectClient;
  readonly metrics: ExporterMetrics;
  readonly publisher: Publisher;
  /** Why services of the project fail, shared by their pollers. */
  readonly causes: FailureCauses;
  readonly memory: PollerMemory | undefined;
}

/** Polls one service of one project. */
export type ServicePoller = Readonly<ReturnType<typeof createServicePoller>>;

/** The key for everything about a service of a project. */
export const scopeKey = ({ project, region, service }: Scope): string =>
  JSON.stringify([project, region, service]);

export function createServicePoller(options: ServicePollerOptions) {
  const { scope, service, config, client, metrics, publisher, clock, stateFile } = options;
  const key = scopeKey(scope);
  const policies = options.memory?.policies ?? createPolicies(service.api.policies);
  const pollLog = createPollLog(options.log, scope, options.causes);
  const reader = { client, service, ahead: config.poll.concurrency - 1, scope, config, clock };
  const restored = (): ServiceState | undefined => {
    const saved = stateFile.restored(key);
    const origin = { projectId: client.projectId(), endpoint: service.endpoint };
    return saved !== undefined && isSameOrigin(saved.origin, origin) ? saved : undefined;
  };
  let memory: PollerMemory = {
    policies,
    state: options.memory?.state ?? restored(),
    status: options.memory?.status ?? { ...scope, recent: [], rejected: {} },
    served: options.memory?.served,
  };
  // Since the poll began.
  let requests = 0;
  let { clockSkew } = memory.status;

  const publish = async (state: ServiceState): Promise<ServedService> => {
    const served = await serveResources(scope, config, state, policies, createYield());
    await publisher.publish(key, served);
    return served;
  };

  const readPolicies = async ({ resources }: ServiceState, signal: AbortSignal): Promise<void> =>
    pollLog.policies(await policies.refresh(reader, resources, signal), service.api.policies);

  const pollUntil = async (signal: AbortSignal, stop: AbortSignal): Promise<void> => {
    const began = clock();
    requests = 0;
    const read = await readService(reader, memory.state, signal);
    const { next } = read;
    if (stop.aborted) return;
    const { policies: policyApi } = service.api;
    // One list per project decides which resources are expected to be backed up at all.
    if (next !== undefined && policyApi?.of === 'project') await readPolicies(next, signal);
    if (stop.aborted) return;
    let { state, served } = memory;
    if (next !== undefined) {
      // Saved first: counts that a scrape has seen must not be forgotten.
      await stateFile.save(key, next);
      served = await publish(next);
      state = next;
    }
    const ended = clock();
    const failure = failureOf(read);
    const record = {
      ended,
      duration: seconds(Math.max(0, Math.round((ended - began) * 1000) / 1000)),
      outcome: failure?.outcome ?? ('success' as const),
      reason: failure?.reason,
      requests,
    };
    const rejections = rejectionsIn(read);
    const status = { ...statusAfter(memory.status, record, read), rejected: rejections, clockSkew };
    await metrics.recordPoll(scope, {
      ...record,
      rejections,
      inventoryComplete: status.inventory?.complete,
      resourcesUnlisted: status.resourcesUnlisted,
      complete: failure === undefined ? next : undefined,
    });
    await metrics.recordCredentialsExpiry(scope, client.passwordExpiresAt());
    pollLog.poll(read, rejections, memory.served !== undefined);
    memory = { policies, state, status, served };
    if (next === undefined || policyApi === undefined) return;
    const isChanged = policyApi.of === 'resource' && (await policiesChanged(next, signal));
    if (stop.aborted) return;
    if (isChanged) memory = { ...memory, served: await publish(next) };
    await recordPolicies();
  };

  const recordPolicies = async (): Promise<void> => {
    const policiesUnread = policiesUnreadIn(memory.served?.resources ?? []);
    memory = { ...memory, status: { ...memory.status, policiesUnread } };
    await metrics.recordPolicies(scope, policiesUnread);
  };

  /** Reads due policies after the result is served, so that a slow one delays nothing. */
  const policiesChanged = async (next: ServiceState, signal: AbortSignal): Promise<boolean> => {
    const before = [...next.resources.values()].map(policies.policyOf);
    await readPolicies(next, signal);
    return [...next.resources.values()].some(
      (resource, index) => policies.policyOf(resource) !== before[index],
    );
  };

  return {
    scope,
    /** Between polls. */
    interval: service.interval,
    /** Polls once and publishes the result; never rejects. A poll aborted by `stop` has no effect. */
    poll: async (stop: AbortSignal): Promise<void> => {
      const { signal, release } = joinSignals(stop, options.deadline(config.poll.timeout));
      try {
        await pollUntil(signal, stop);
      } finally {
        release();
      }
    },
    /** Publishes the known data again, as a reload may have changed the objectives. */
    republish: async (): Promise<void> => {
      const { state, status } = memory;
      if (state !== undefined && status.lastComplete !== undefined) {
        memory = { ...memory, served: await publish(state) };
        if (status.policiesUnread !== undefined) await recordPolicies();
      }
    },
    /** Counts a request to the service, retries included. */
    recordRequest: (seen: RequestObservation): void => {
      requests += 1;
      clockSkew = seen.clockSkew ?? clockSkew;
    },
    memory: (): PollerMemory => memory,
  };
}

const MOST_RECENT_POLLS = 10;

function statusAfter(before: PollStatus, record: PollRecord, read: ServiceRead): PollStatus {
  const { inventory, next } = read;
  return {
    ...before,
    recent: [record, ...before.recent].slice(0, MOST_RECENT_POLLS),
    inventory: inventory && {
      complete: inventory.kind === 'complete',
      reason: inventory.kind === 'failed' ? inventory.reason : undefined,
    },
    resourcesUnlisted: unlistedResources(read) ?? before.resourcesUnlisted,
    ...(next && { unlisted: next.unlisted, overLimit: next.overLimit, resources: next.resources.size }),
    ...(record.outcome === 'success' && { lastComplete: record.ended }),
  };
}
