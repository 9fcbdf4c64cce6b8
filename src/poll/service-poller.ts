import { joinSignals } from '../cloud/abort.ts';
import type { ProjectClient } from '../cloud/client.ts';
import type { Config, ServiceConfig } from '../config/config.ts';
import type { Outcome } from '../domain/outcome.ts';
import { type Clock, type Seconds, seconds, type UnixSeconds } from '../domain/quantities.ts';
import type { Log } from '../log/log.ts';
import type { ExporterMetrics } from '../metrics/exporter-metrics.ts';
import type { Publisher } from '../metrics/publisher.ts';
import type { Rejections } from '../pagination/walk.ts';
import { REJECTION_REASONS, type RejectionReason } from '../sources/source.ts';
import type { BackupTallies } from '../state/backup-tallies.ts';
import type { ResourcePlace } from '../state/objective.ts';
import { createPace } from '../state/pace.ts';
import { type ServedService, serveResources } from '../state/served.ts';
import type { ServiceState } from '../state/service-state.ts';
import type { StateFile } from '../state-file/state-file.ts';
import type { PollStatus } from '../status/report.ts';
import { createPolicyBook, type PolicyBook } from './policy-book.ts';
import type { ListReading, ReadFailure, ResourceListing } from './read-service.ts';
import { readServiceState } from './read-state.ts';
import { createStandingLog } from './standing-log.ts';

/** What a poller knows, so that another may go on where it stopped. */
export interface PollerMemory {
  /** Undefined before the first complete poll. */
  readonly state: ServiceState | undefined;
  /** Undefined before the first poll has ended. */
  readonly status: PollStatus | undefined;
  readonly policies: PolicyBook | undefined;
  /** Undefined before the first complete poll. */
  readonly served: ServedService | undefined;
}

/** Polls one service of one project. */
export interface ServicePoller {
  readonly place: ResourcePlace;
  /** Polls once and publishes what came of it; never rejects. A poll that `signal` ends leaves no trace. */
  readonly poll: (signal: AbortSignal) => Promise<void>;
  /** Publishes again what is known: after a reload that may have changed the objectives. */
  readonly republish: () => Promise<void>;
  readonly memory: () => PollerMemory;
  /** What is served now; undefined before the first complete poll. */
  readonly served: () => ServedService | undefined;
  readonly status: () => PollStatus;
}

/** What a poller works with. */
export interface ServicePollerOptions {
  readonly place: ResourcePlace;
  readonly service: ServiceConfig;
  readonly config: Pick<Config, 'poll' | 'limits' | 'rpo'>;
  readonly client: ProjectClient;
  readonly metrics: ExporterMetrics;
  readonly publisher: Publisher;
  readonly log: Log;
  readonly clock: Clock;
  /** A signal that aborts after the given time. */
  readonly deadline: (after: Seconds) => AbortSignal;
  readonly memory: PollerMemory | undefined;
  readonly stateFile: StateFile;
  /** Told after each poll, once what came of it is served. */
  readonly polled: () => void;
}

/** The key under which everything about a service of a project is kept. */
export const placeKey = ({ project, region, service }: ResourcePlace): string =>
  JSON.stringify([project, region, service]);

/** A poller that goes on from the given memory. */
export function createServicePoller(options: ServicePollerOptions): ServicePoller {
  const { place, service, config, client, metrics, publisher, log, clock } = options;
  const key = placeKey(place);
  const policies = options.memory?.policies ?? createPolicyBook();
  const tell = createStandingLog(log, {
    poll: '',
    inventory: '',
    excluded: '0',
    limit: '0',
    unlisted: '0',
    policies: '',
  });
  const reader = { client, service, ahead: config.poll.concurrency - 1 };
  let state = options.memory?.state ?? options.stateFile.restored(key);
  let status = options.memory?.status ?? statusBeforeFirstPoll(place);
  let served = options.memory?.served;

  const serve = async (next: ServiceState): Promise<void> => {
    served = await serveResources(place, config.rpo, next, policies.objectiveOf, createPace());
    await publisher.publish(key, served);
  };

  const readPolicies = async (next: ServiceState, signal: AbortSignal): Promise<void> => {
    const unread = await policies.refresh({
      place,
      rpo: config.rpo,
      service,
      client,
      resources: next.resources,
      now: clock(),
      signal,
    });
    tell(
      'policies',
      unread.reason ?? '',
      'warn',
      { instances: unread.count, reason: unread.reason },
      unread.count === 0
        ? 'backup policies read'
        : 'backup policies not read; rpo.default stands in for them',
    );
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
    const { backups, inventory, next } = await readServiceState({ ...reader, place, config }, state, signal);
    if (stop.aborted) return;
    if (next !== undefined) await readPolicies(next, signal);
    if (stop.aborted) return;
    if (next !== undefined) {
      // Saved first: what a scrape has once seen counted must not be forgotten.
      await options.stateFile.save(key, next);
      await serve(next);
      state = next;
    }
    if (stop.aborted) return;
    const ended = clock();
    const rejections = sumRejections(backups.walk?.rejections, inventory?.walk?.rejections);
    status = statusAfter(status, ended, backups, inventory, next);
    metrics.recordPoll(place, {
      outcome: outcomeOf(backups),
      ended,
      duration: seconds(Math.max(0, Math.round((ended - began) * 1000) / 1000)),
      rejections,
      inventoryComplete: status.inventory?.complete,
      complete: next,
    });
    tellOfPoll(backups, inventory, rejections, next);
    options.polled();
  };

  const tellOfPoll = (
    backups: ListReading<BackupTallies>,
    inventory: ListReading<ResourceListing> | undefined,
    rejections: Rejections,
    next: ServiceState | undefined,
  ): void => {
    if (backups.kind === 'failed') {
      tell('poll', backups.outcome, 'warn', failureFields(backups), 'poll failed; the last values stay');
    } else {
      tell(
        'poll',
        'success',
        'info',
        { backups: backups.walk.listed, resources: next?.resources.size },
        'poll complete',
      );
    }
    if (inventory?.kind === 'failed') {
      tell(
        'inventory',
        inventory.outcome,
        'warn',
        failureFields(inventory),
        'inventory not read; going on with the list of backups alone',
      );
    } else if (inventory !== undefined) {
      tell('inventory', 'read', 'info', { resources: inventory.items.byId.size }, 'inventory read');
    }
    const rejected = Object.entries(rejections).filter(([, count]) => count > 0);
    if (rejected.length > 0) log.warn(Object.fromEntries(rejected), 'rows rejected: they could not be read');
    if (next === undefined) return;
    tell(
      'excluded',
      String(next.excluded.size),
      'info',
      { resources: next.excluded.size },
      'resources left out by include and exclude',
    );
    tell(
      'limit',
      String(next.overLimit),
      'warn',
      { resources: next.overLimit },
      next.overLimit === 0
        ? 'no resource is over limits.resources any more'
        : 'resources over limits.resources are not served',
    );
    tell(
      'unlisted',
      String(next.unlisted),
      'warn',
      { backups: next.unlisted },
      next.unlisted === 0
        ? 'the service lists every backup that it counts again'
        : 'the service counts more backups than it lists',
    );
  };

  return {
    place,
    poll,
    republish: async () => {
      if (state !== undefined && status.lastComplete !== undefined) await serve(state);
    },
    memory: () => ({ state, status, policies, served }),
    served: () => served,
    status: () => status,
  };
}

function statusBeforeFirstPoll(place: ResourcePlace): PollStatus {
  return {
    ...place,
    outcome: undefined,
    reason: undefined,
    lastPoll: undefined,
    lastComplete: undefined,
    inventory: undefined,
    unlisted: undefined,
    overLimit: undefined,
    resources: undefined,
  };
}

const outcomeOf = (reading: { readonly kind: 'complete' } | ReadFailure): Outcome =>
  reading.kind === 'failed' ? reading.outcome : 'success';

function statusAfter(
  before: PollStatus,
  ended: UnixSeconds,
  backups: ListReading<BackupTallies>,
  inventory: ListReading<ResourceListing> | undefined,
  next: ServiceState | undefined,
): PollStatus {
  const polled = {
    ...before,
    outcome: outcomeOf(backups),
    reason: backups.kind === 'failed' ? backups.reason : undefined,
    lastPoll: ended,
    inventory: inventory && {
      complete: inventory.kind === 'complete',
      reason: inventory.kind === 'failed' ? inventory.reason : undefined,
    },
  };
  if (next === undefined) return polled;
  const { unlisted, overLimit, resources } = next;
  return { ...polled, lastComplete: ended, unlisted, overLimit, resources: resources.size };
}

function sumRejections(...parts: readonly (Rejections | undefined)[]): Rejections {
  const sum = (reason: RejectionReason): number =>
    parts.reduce((total, part) => total + (part?.[reason] ?? 0), 0);
  return Object.fromEntries(REJECTION_REASONS.map((reason) => [reason, sum(reason)])) as Record<
    RejectionReason,
    number
  >;
}

const failureFields = ({ outcome, reason }: ReadFailure) => ({ outcome, reason });
