import type { ProjectClient, RequestObservation } from './cloud/client.ts';
import { isSameAccess, type ProjectAccess } from './config/access.ts';
import type { Config, ProjectConfig } from './config/config.ts';
import { type Seconds, seconds } from './domain/quantities.ts';
import { createExporterMetrics } from './metrics/exporter-metrics.ts';
import type { BuildInfo } from './metrics/process-metrics.ts';
import { publicationOf } from './metrics/publication.ts';
import { createPublisher } from './metrics/publisher.ts';
import { firstPollDelay, nextPollDelay } from './poll/schedule.ts';
import {
  createServicePoller,
  type PollerContext,
  type ServicePoller,
  scopeKey,
} from './poll/service-poller.ts';
import { isInShard, type Shard, WHOLE } from './shard.ts';
import { createYield } from './state/event-loop.ts';
import type { Scope } from './state/objective.ts';
import { isSameOrigin } from './state/origin.ts';
import { resourceStatuses, type StatusReport } from './status/report.ts';

/** The dependencies of the exporter. */
export interface ExporterOptions extends PollerContext {
  readonly build: BuildInfo;
  /** Default: all projects. */
  readonly shard?: Shard | undefined;
  /** Resolves after the given time; rejects when the signal aborts. */
  readonly sleep: (duration: Seconds, signal: AbortSignal) => Promise<void>;
  readonly createClient: (
    project: ProjectConfig,
    poll: Config['poll'],
    observe: (observation: RequestObservation) => void,
  ) => ProjectClient;
}

/** Polls every service of every project and keeps the results ready to be served. */
export type Exporter = Readonly<ReturnType<typeof createExporter>>;

/** A project with its connections. */
interface OpenProject extends ProjectAccess {
  readonly client: ProjectClient;
}

/** What runs with one configuration, until the next is applied. */
interface Round {
  readonly config: Config | undefined;
  /** By name. */
  readonly projects: ReadonlyMap<string, OpenProject>;
  readonly pollers: ReadonlyMap<string, ServicePoller>;
  /** The polls of each poller, until they are stopped. */
  readonly loops: readonly { readonly stop: AbortController; readonly ended: Promise<void> }[];
  /** Resolves when all known data and the counters of new services are served. */
  readonly ready: Promise<unknown>;
}

const IDLE: Round = {
  config: undefined,
  projects: new Map(),
  pollers: new Map(),
  loops: [],
  ready: Promise.resolve(),
};

/** An exporter that polls nothing until a configuration is applied. */
export function createExporter(options: ExporterOptions) {
  const { build, clock, shard = WHOLE } = options;
  const metrics = createExporterMetrics(build, createYield, shard);
  const publisher = createPublisher(createYield);
  const publication = publicationOf([publisher.current, metrics.series]);
  let round = IDLE;
  let changing = Promise.resolve();
  let hasBeenReady = false;
  let reloadProblems: readonly string[] = [];
  let stopped = false;

  const isReady = (): boolean => {
    hasBeenReady ||=
      round.config !== undefined &&
      round.pollers.values().every((poller) => poller.memory().status.recent.length > 0);
    return hasBeenReady;
  };

  /** Ends the polls, and closes the connections of all projects but these. */
  const end = async (kept: Round['projects'] = new Map()): Promise<void> => {
    for (const { stop } of round.loops) stop.abort();
    const closing = [...round.projects].filter(([name]) => !kept.has(name));
    await Promise.all(closing.map(([, { client }]) => client.close()));
    await Promise.all(round.loops.map(({ ended }) => ended));
  };

  /** The open projects that another configuration reaches in the same way. */
  const keptBy = ({ projects, poll }: Config): Round['projects'] => {
    const kept = new Map<string, OpenProject>();
    for (const project of projects) {
      const open = round.projects.get(project.name);
      if (open !== undefined && isSameAccess(open, { project, poll })) kept.set(project.name, open);
    }
    return kept;
  };

  const change = async (whole: Config): Promise<void> => {
    const config = { ...whole, projects: whole.projects.filter(({ name }) => isInShard(shard, name)) };
    // Once ready, it stays so, whatever is added.
    isReady();
    const before = round;
    const kept = keptBy(config);
    await end(kept);
    round = begin(config, kept);
    await Promise.all([round.ready, forgetRemoved(before)]);
  };

  const forget = async (scope: Scope): Promise<void> => {
    await metrics.forget(scope);
    await publisher.withdraw(scopeKey(scope));
  };

  const forgetRemoved = async ({ projects, pollers }: Round): Promise<void> => {
    for (const [name, { project }] of projects) {
      const { region } = project;
      if (round.projects.get(name)?.project.region === region) continue;
      await metrics.forgetProject({ region, project: name });
    }
    for (const [key, { scope }] of pollers) if (!round.pollers.has(key)) await forget(scope);
  };

  // One change after another: two at once would leave the pollers of the first running.
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = changing.then(work);
    changing = mine.catch(() => undefined);
    return mine;
  };

  const openProject = (project: ProjectConfig, poll: Config['poll']): OpenProject => {
    const labels = { region: project.region, project: project.name };
    const client = options.createClient(project, poll, (seen) => {
      metrics.recordRequest(labels, seen);
      round.pollers.get(scopeKey({ ...labels, service: seen.service }))?.recordRequest(seen);
    });
    return { project, poll, client };
  };

  const begin = (config: Config, kept: Round['projects']): Round => {
    const projects = new Map<string, OpenProject>();
    const pollers = new Map<string, ServicePoller>();
    const admissions: Promise<void>[] = [];
    for (const { client } of kept.values()) client.reload();
    for (const project of config.projects) {
      const open = kept.get(project.name) ?? openProject(project, config.poll);
      projects.set(project.name, open);
      const causes = new Map<string, string>();
      for (const service of project.services) {
        const scope: Scope = { service: service.type, region: project.region, project: project.name };
        const key = scopeKey(scope);
        const known = round.pollers.get(key)?.memory();
        const origin = { projectId: project.projectId, endpoint: service.endpoint };
        const isOther = known?.state !== undefined && !isSameOrigin(known.state.origin, origin);
        const memory = isOther ? undefined : known;
        const admit = async (): Promise<void> => {
          if (isOther) await forget(scope);
          await metrics.admit(scope);
        };
        if (memory === undefined) admissions.push(admit());
        const { client } = open;
        pollers.set(
          key,
          createServicePoller({
            ...options,
            scope,
            service,
            config,
            client,
            metrics,
            publisher,
            causes,
            memory,
          }),
        );
      }
    }
    const ready = Promise.all([...admissions, ...pollers.values().map((poller) => poller.republish())]);
    const loops = Array.from(pollers.values(), (poller, index) => {
      // One signal each: the more listeners a signal has, the longer it takes to add another.
      const stop = new AbortController();
      const turn = { index, count: pollers.size };
      return { stop, ended: ready.then(() => pollOnSchedule(poller, turn, stop.signal)) };
    });
    return { config, projects, pollers, loops, ready };
  };

  const pollOnSchedule = async (
    { poll, interval }: ServicePoller,
    turn: { readonly index: number; readonly count: number },
    signal: AbortSignal,
  ): Promise<void> => {
    const started = clock();
    const elapsed = (): Seconds => seconds(clock() - started);
    let delay = firstPollDelay(turn.index, turn.count, interval);
    while (!signal.aborted) {
      await options.sleep(delay, signal).catch(() => undefined);
      if (signal.aborted) return;
      const began = elapsed();
      await poll(signal);
      delay = nextPollDelay(turn, interval, began, elapsed());
    }
  };

  return {
    /**
     * Applies a configuration. What remains in it keeps its series and counters, and its connections and tokens where
     * the project is reached as before.
     */
    apply: (config: Config): Promise<void> => inTurn(async () => (stopped ? undefined : change(config))),
    /** Whether each service of each project has been polled once; never becomes false again. */
    isReady,
    publication,
    /** The exposition of the process metrics, including the end of the format. */
    renderOwnMetrics: metrics.render,
    /** Records the problems of the last reload; none if its configuration is in use. */
    recordReload: (problems: readonly string[]): void => {
      reloadProblems = problems;
      metrics.recordReload(problems.length === 0, clock());
    },
    /** The configuration in use; undefined before the first. */
    config: () => round.config,
    status: (): StatusReport => {
      const now = clock();
      const services = Array.from(round.pollers.values(), (poller) => poller.memory());
      return {
        version: build.version,
        now,
        reloadProblems,
        projects: Array.from(round.projects.values(), ({ project, client }) => ({
          region: project.region,
          project: project.name,
          passwordExpires: client.passwordExpiresAt(),
        })),
        polls: services.map(({ status }) => status),
        resources: services.flatMap(({ served, status: { recent } }) =>
          served === undefined ? [] : resourceStatuses(served, recent[0]?.outcome === 'success', now),
        ),
      };
    },
    /** Aborts pending polls and closes the connections. */
    stop: (): Promise<void> => {
      stopped = true;
      return inTurn(() => end());
    },
  };
}
