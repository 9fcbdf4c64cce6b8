import type { ProjectClient, RequestObservation } from './cloud/client.ts';
import { isSameAccess } from './config/access.ts';
import type { Config, ProjectConfig } from './config/config.ts';
import { type Clock, type Seconds, seconds } from './domain/quantities.ts';
import type { Log } from './log/log.ts';
import { type BuildInfo, createExporterMetrics } from './metrics/exporter-metrics.ts';
import type { ExpositionFormat } from './metrics/exposition.ts';
import { type Publication, publicationOf } from './metrics/publication.ts';
import { createPublisher } from './metrics/publisher.ts';
import { firstPollDelay, nextPollDelay } from './poll/schedule.ts';
import {
  createServicePoller,
  type PollerMemory,
  type RequestTally,
  type ServicePoller,
  scopeKey,
} from './poll/service-poller.ts';
import { isInShard, type Shard, WHOLE } from './shard.ts';
import { createYield } from './state/event-loop.ts';
import type { Scope } from './state/objective.ts';
import { isSameOrigin } from './state/origin.ts';
import type { StateFile } from './state-file/state-file.ts';
import { resourceStatuses, type StatusReport } from './status/report.ts';

/** The dependencies of the exporter. */
export interface ExporterOptions {
  readonly build: BuildInfo;
  /** Default: all projects. */
  readonly shard?: Shard | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly stateFile: StateFile;
  /** Resolves after the given time; rejects when the signal aborts. */
  readonly sleep: (duration: Seconds, signal: AbortSignal) => Promise<void>;
  /** A signal that aborts after the given time. */
  readonly deadline: (after: Seconds) => AbortSignal;
  readonly createClient: (
    project: ProjectConfig,
    poll: Config['poll'],
    observe: (observation: RequestObservation) => void,
  ) => ProjectClient;
}

/** Polls every service of every project and keeps the results ready to be served. */
export interface Exporter {
  /**
   * Applies a configuration. What remains in it keeps its series and counters, and its connections and tokens where
   * the project is reached as before.
   */
  readonly apply: (config: Config) => Promise<void>;
  /** Whether each service of each project has been polled once; never becomes false again. */
  readonly isReady: () => boolean;
  readonly publication: () => Publication;
  /** The exposition of the process metrics, including the end of the format. */
  readonly renderOwnMetrics: (format: ExpositionFormat) => Promise<string>;
  /** Records the problems of the last reload; none if its configuration is in use. */
  readonly recordReload: (problems: readonly string[]) => void;
  readonly status: () => StatusReport;
  /** The configuration in use; undefined before the first. */
  readonly config: () => Config | undefined;
  /** Aborts pending polls and closes the connections. */
  readonly stop: () => Promise<void>;
}

/** A project with its connections, and the requests sent to each of its services. */
interface OpenProject {
  readonly region: string;
  readonly project: string;
  readonly client: ProjectClient;
  readonly requests: ReadonlyMap<string, RequestTally>;
}

/** What runs with one configuration, until the next is applied. */
interface Round {
  readonly config: Config;
  readonly projects: readonly OpenProject[];
  readonly pollers: ReadonlyMap<string, ServicePoller>;
  /** Ends the polls. */
  readonly stop: () => void;
  readonly loops: readonly Promise<void>[];
  /** Resolves when all known data and the counters of new services are served. */
  readonly ready: Promise<unknown>;
}

const NO_REQUESTS: RequestTally = { count: 0, clockSkew: undefined };

/** An exporter that polls nothing until a configuration is applied. */
export function createExporter(options: ExporterOptions): Exporter {
  const { build, clock, log, shard = WHOLE } = options;
  const metrics = createExporterMetrics(build, createYield, shard);
  const publisher = createPublisher(createYield);
  const publication = publicationOf([publisher.current, metrics.series]);
  let round: Round | undefined;
  let changing = Promise.resolve();
  let hasBeenReady = false;
  let reloadProblems: readonly string[] = [];
  let stopped = false;

  const end = async (
    ending: Round | undefined,
    kept: ReadonlyMap<string, OpenProject> = new Map(),
  ): Promise<void> => {
    ending?.stop();
    const closing = ending?.projects.filter(({ project }) => !kept.has(project)) ?? [];
    await Promise.all(closing.map(({ client }) => client.close()));
    await Promise.all(ending?.loops ?? []);
  };

  /** The projects of a round that another configuration reaches in the same way, by name. */
  const keptBy = (config: Config, before: Round | undefined): ReadonlyMap<string, OpenProject> => {
    const wanted = new Map(config.projects.map((project) => [project.name, project]));
    const kept = new Map<string, OpenProject>();
    for (const [index, open] of before?.projects.entries() ?? []) {
      const project = wanted.get(open.project);
      const known = before?.config.projects[index];
      if (project === undefined || before === undefined || known === undefined) continue;
      const wantedAccess = { project, poll: config.poll };
      if (isSameAccess(wantedAccess, { project: known, poll: before.config.poll }))
        kept.set(open.project, open);
    }
    return kept;
  };

  const change = async (whole: Config): Promise<void> => {
    const config = { ...whole, projects: whole.projects.filter(({ name }) => isInShard(shard, name)) };
    // A shard without projects has nothing to wait for.
    hasBeenReady ||= config.projects.length === 0;
    const before = round;
    const kept = keptBy(config, before);
    await end(before, kept);
    const memories = new Map(
      Array.from(before?.pollers ?? [], ([key, poller]) => [key, poller.memory()] as const),
    );
    for (const scope of placesOfOtherOrigin(config, memories)) {
      memories.delete(scopeKey(scope));
      await forget(scope);
    }
    round = begin(config, memories, kept);
    await Promise.all([round.ready, forgetAllBut(round, before)]);
  };

  const forget = async (scope: Scope): Promise<void> => {
    await metrics.forget(scope);
    await publisher.withdraw(scopeKey(scope));
  };

  const forgetAllBut = async (after: Round, before: Round | undefined): Promise<void> => {
    const regions = new Map(after.projects.map(({ region, project }) => [project, region]));
    for (const { region, project } of before?.projects ?? []) {
      if (regions.get(project) !== region) await metrics.forgetProject({ region, project });
    }
    for (const [key, { scope }] of before?.pollers ?? []) {
      if (!after.pollers.has(key)) await forget(scope);
    }
  };

  // One change after another: two at once would leave the pollers of the first running.
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = changing.then(work);
    changing = mine.catch(() => undefined);
    return mine;
  };

  const openProject = (project: ProjectConfig, poll: Config['poll']): OpenProject => {
    const labels = { region: project.region, project: project.name };
    const requests = new Map<string, RequestTally>();
    const client = options.createClient(project, poll, (seen) => {
      const { count, clockSkew } = requests.get(seen.service) ?? NO_REQUESTS;
      requests.set(seen.service, { count: count + 1, clockSkew: seen.clockSkew ?? clockSkew });
      metrics.recordRequest(labels, seen);
    });
    return { ...labels, client, requests };
  };

  const begin = (
    config: Config,
    memories: ReadonlyMap<string, PollerMemory>,
    kept: ReadonlyMap<string, OpenProject>,
  ): Round => {
    const pollers = new Map<string, ServicePoller>();
    const unpolled = new Set<ServicePoller>();
    const projects: OpenProject[] = [];
    const admissions: Promise<void>[] = [];
    for (const { client } of kept.values()) client.reload();
    for (const project of config.projects) {
      const labels = { region: project.region, project: project.name };
      const open = kept.get(project.name) ?? openProject(project, config.poll);
      projects.push(open);
      const { client, requests } = open;
      const causes = new Map<string, string>();
      for (const service of project.services) {
        const scope: Scope = { service: service.type, ...labels };
        if (!memories.has(scopeKey(scope))) admissions.push(metrics.admit(scope));
        const poller = createServicePoller({
          scope,
          service,
          config,
          client,
          metrics,
          publisher,
          log: withFields(log, { ...scope }),
          causes,
          clock,
          deadline: options.deadline,
          memory: memories.get(scopeKey(scope)),
          requests: () => requests.get(service.type) ?? NO_REQUESTS,
          stateFile: options.stateFile,
          polled: async () => {
            await metrics.recordCredentialsExpiry(labels, client.passwordExpiresAt());
            unpolled.delete(poller);
            hasBeenReady ||= unpolled.size === 0;
          },
        });
        pollers.set(scopeKey(scope), poller);
        if (poller.status().recent.length === 0) unpolled.add(poller);
      }
    }
    const ready = Promise.all([...admissions, ...pollers.values().map((poller) => poller.republish())]);
    const running = Array.from(pollers.values(), (poller, index) => {
      // One signal each: the more listeners a signal has, the longer it takes to add another.
      const stop = new AbortController();
      const poll = async (): Promise<void> => {
        await ready;
        await pollOnSchedule(poller, { index, count: pollers.size }, poller.interval, stop.signal);
      };
      return { stop, loop: poll() };
    });
    const stop = (): void => {
      for (const poller of running) poller.stop.abort();
    };
    return { config, projects, pollers, stop, ready, loops: running.map(({ loop }) => loop) };
  };

  const pollOnSchedule = async (
    poller: ServicePoller,
    turn: { readonly index: number; readonly count: number },
    interval: Seconds,
    signal: AbortSignal,
  ): Promise<void> => {
    const started = clock();
    const elapsed = (): Seconds => seconds(clock() - started);
    let delay = firstPollDelay(turn.index, turn.count, interval);
    while (!signal.aborted) {
      await options.sleep(delay, signal).catch(() => undefined);
      if (signal.aborted) return;
      const began = elapsed();
      await poller.poll(signal);
      delay = nextPollDelay(turn, interval, began, elapsed());
    }
  };

  const currentPollers = (): readonly ServicePoller[] => Array.from(round?.pollers.values() ?? []);

  return {
    apply: (config) => inTurn(async () => (stopped ? undefined : change(config))),
    isReady: () => hasBeenReady,
    publication,
    renderOwnMetrics: metrics.render,
    recordReload: (problems) => {
      reloadProblems = problems;
      metrics.recordReload(problems.length === 0, clock());
    },
    config: () => round?.config,
    status: () => {
      const now = clock();
      return {
        version: build.version,
        now,
        reloadProblems,
        projects:
          round?.projects.map(({ region, project, client }) => ({
            region,
            project,
            passwordExpires: client.passwordExpiresAt(),
          })) ?? [],
        polls: currentPollers().map((poller) => poller.status()),
        resources: currentPollers().flatMap((poller) => {
          const served = poller.served();
          const isCurrent = poller.status().recent[0]?.outcome === 'success';
          return served === undefined ? [] : resourceStatuses(served, isCurrent, now);
        }),
      };
    },
    stop: () => {
      stopped = true;
      return inTurn(() => end(round));
    },
  };
}

/** The services whose saved data comes from another project or endpoint than the configured one. */
function placesOfOtherOrigin(config: Config, memories: ReadonlyMap<string, PollerMemory>): readonly Scope[] {
  return config.projects.flatMap(({ name, region, projectId, services }) =>
    services.flatMap(({ type, endpoint }) => {
      const scope: Scope = { service: type, region, project: name };
      const known = memories.get(scopeKey(scope))?.state?.origin;
      return known === undefined || isSameOrigin(known, { projectId, endpoint }) ? [] : [scope];
    }),
  );
}

function withFields(log: Log, fields: Readonly<Record<string, unknown>>): Log {
  return {
    debug: (more, message) => log.debug({ ...fields, ...more }, message),
    info: (more, message) => log.info({ ...fields, ...more }, message),
    warn: (more, message) => log.warn({ ...fields, ...more }, message),
    error: (more, message) => log.error({ ...fields, ...more }, message),
  };
}
