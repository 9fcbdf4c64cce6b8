import { joinSignals } from '../abort.ts';
import type { ProjectClient } from '../cloud/client.ts';
import type { Config, ServiceConfig } from '../config/config.ts';
import type { Outcome } from '../domain/outcome.ts';
import { type Clock, type Seconds, seconds } from '../domain/quantities.ts';
import type { Log } from '../log/log.ts';
import type { ExporterMetrics } from '../metrics/exporter-metrics.ts';
import type { Publisher } from '../metrics/publisher.ts';
import type { Rejections } from '../pagination/walk.ts';
import { createYield } from '../state/event-loop.ts';
import type { Scope } from '../state/objective.ts';
import { isSameOrigin } from '../state/origin.ts';
import { type ServedService, serveResources } from '../state/served.ts';
import type { ServiceState } from '../state/service-state.ts';
import type { StateFile } from '../state-file/state-file.ts';
import type { PollRecord, PollStatus } from '../status/report.ts';
import { createPolicies, type Policies } from './policies.ts';
import { createPollLog, type FailureCauses } from './poll-log.ts';
import type { ReadFailure } from './read-list.ts';
import { failureOf, readService, rejectionsIn, type ServiceRead } from './read-service.ts';

/** The state of a poller, so that another can continue it. */
export interface PollerMemory {
  /** Undefined before the first complete poll. */
  readonly state: ServiceState | undefined;
  /** Undefined before the first poll has ended. */
  readonly status: PollStatus | undefined;
  readonly policies: Policies | undefined;
  /** Undefined before the first complete poll. */
  readonly served: ServedService | undefined;
}

/** Polls one service of one project. */
export interface ServicePoller {
  readonly scope: Scope;
  /** Between polls. */
  readonly interval: Seconds;
  /** Polls once and publishes the result; never rejects. A poll aborted by `signal` has no effect. */
  readonly poll: (signal: AbortSignal) => Promise<void>;
  /** Publishes the known data again, as a reload may have changed the objectives. */
  readonly republish: () => Promise<void>;
  readonly memory: () => PollerMemory;
  /** Undefined before the first complete poll. */
  readonly served: () => ServedService | undefined;
  readonly status: () => PollStatus;
}

/** The requests to a service. */
export interface RequestTally {
  /** Retries included. */
  readonly count: number;
  /** This machine's clock minus the service's, from the last response with a date. */
  readonly clockSkew: Seconds | undefined;
}

export interface ServicePollerOptions {
  readonly scope: Scope;
  readonly service: ServiceConfig;
  readonly config: Pick<Config, 'poll' | 'limits' | 'rpo' | 'tags'>;
  readonly client: ProjectClient;
  readonly metrics: ExporterMetrics;
  readonly publisher: Publisher;
  readonly log: Log;
  /** Why services of the project fail, shared by their pollers. */
  readonly causes: FailureCauses;
  readonly clock: Clock;
  /** A signal that aborts after the given time. */
  readonly deadline: (after: Seconds) => AbortSignal;
  readonly memory: PollerMemory | undefined;
  readonly stateFile: StateFile;
  /** The requests sent to the service until now. */
  readonly requests: () => RequestTally;
  /** Called after each poll, once its result is served. */
  readonly polled: () => Promise<void>;
}

/** The key for everything about a service of a project. */
export const scopeKey = ({ project, region, service }: Scope): string =>
  JSON.stringify([project, region, service]);

export function createServicePoller(options: ServicePollerOptions): ServicePoller {
  const { scope, service, config, client, metrics, publisher, log, clock } = options;
  const key = scopeKey(scope);
  const policies = options.memory?.policies ?? createPolicies(service.api.policies);
  const pollLog = createPollLog(log, scope.service, options.causes);
  const reader = { client, service, ahead: config.poll.concurrency - 1, scope, config, clock };
  const restored = (): ServiceState | undefined => {
    const saved = options.stateFile.restored(key);
    const origin = { projectId: client.projectId(), endpoint: service.endpoint };
    return saved !== undefined && isSameOrigin(saved.origin, origin) ? saved : undefined;
  };
  let state = options.memory?.state ?? restored();
  let status = options.memory?.status ?? statusBeforeFirstPoll(scope);
  let served = options.memory?.served;

  const serve = async (next: ServiceState): Promise<void> => {
    served = await serveResources(scope, config, next, policies, createYield());
    await publisher.publish(key, served);
  };

  const readPolicies = async (next: ServiceState, signal: AbortSignal): Promise<void> => {
    const unread = await policies.refresh({
      reader,
      scope,
      rpo: config.rpo,
      resources: next.resources,
      now: clock(),
      signal,
    });
    pollLog.policies(unread);
  };

  const poll = async (stop: AbortSignal): Promise<void> => {
    const { signal, release } = joinSignals(stop, options.deadline(config.poll.timeout));
    try {
      await pollUntil(signal, stop);
    } finally {
      release();
    }
  };

  const pollUntil = async (signal: AbortSignal, stop: AbortSignal): Promise<void> => {
    const began = clock();
    const { count: requestsBefore } = options.requests();
    const read = await readService(reader, state, signal);
    const { inventory, next } = read;
    if (stop.aborted) return;
    const failure = failureOf(read);
    const { policies: policyApi } = service.api;
    // One list per project decides which resources are expected to be backed up at all.
    if (next !== undefined && policyApi?.of === 'project') await readPolicies(next, signal);
    if (stop.aborted) return;
    if (next !== undefined) {
      // Saved first: counts that a scrape has seen must not be forgotten.
      await options.stateFile.save(key, next);
      await serve(next);
      state = next;
    }
    const ended = clock();
    const rejections = rejectionsIn(read);
    const duration = seconds(Math.max(0, Math.round((ended - began) * 1000) / 1000));
    const outcome = outcomeOf(failure);
    const { count, clockSkew } = options.requests();
    const record = { ended, duration, outcome, reason: failure?.reason, requests: count - requestsBefore };
    status = { ...statusAfter(status, record, inventory, rejections, next), clockSkew };
    await metrics.recordPoll(scope, {
      outcome,
      ended,
      duration,
      rejections,
      inventoryComplete: status.inventory?.complete,
      complete: failure === undefined ? next : undefined,
    });
    pollLog.poll(read, rejections, state !== undefined);
    await options.polled();
    if (next === undefined || policyApi?.of !== 'resource') return;
    if (!(await policiesChanged(next, signal)) || stop.aborted) return;
    await serve(next);
    await options.polled();
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
    interval: service.interval,
    poll,
    republish: async () => {
      if (state !== undefined && status.lastComplete !== undefined) await serve(state);
    },
    memory: () => ({ state, status, policies, served }),
    served: () => served,
    status: () => status,
  };
}

function statusBeforeFirstPoll(scope: Scope): PollStatus {
  return {
    ...scope,
    recent: [],
    lastComplete: undefined,
    inventory: undefined,
    rejected: {},
    clockSkew: undefined,
    unlisted: undefined,
    overLimit: undefined,
    resources: undefined,
  };
}

const outcomeOf = (failure: ReadFailure | undefined): Outcome => failure?.outcome ?? 'success';

const MOST_RECENT_POLLS = 10;

function statusAfter(
  before: PollStatus,
  record: PollRecord,
  inventory: ServiceRead['inventory'],
  rejected: Rejections,
  next: ServiceState | undefined,
): PollStatus {
  const polled = {
    ...before,
    recent: [record, ...before.recent].slice(0, MOST_RECENT_POLLS),
    rejected,
    inventory: inventory && {
      complete: inventory.kind === 'complete',
      reason: inventory.kind === 'failed' ? inventory.reason : undefined,
    },
  };
  if (next === undefined) return polled;
  const { unlisted, overLimit, resources } = next;
  const lastComplete = record.outcome === 'success' ? record.ended : before.lastComplete;
  return { ...polled, lastComplete, unlisted, overLimit, resources: resources.size };
}
