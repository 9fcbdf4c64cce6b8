import type { ProjectClient } from '../../src/cloud/client.ts';
import { createProjectClient } from '../../src/cloud/project-client.ts';
import type { Config } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { ExporterOptions } from '../../src/exporter.ts';
import type { SimulatedCloud, SimulatedResource } from '../../src/services/simulated-cloud.ts';
import { startSimulatedCloud } from '../../src/services/simulated-cloud.ts';
import {
  createManualTime,
  type ManualTime,
  silent,
  startRecordedExporter,
  timedSamples,
} from './recorded-exporter.ts';
import type { ActualBackup, ActualList, ActualResource, World } from './world.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const START = Date.UTC(2024, 2, 1) / 1000;
const END = START + 9 * DAY;
/** Nearly five minutes: after longer without a sample Prometheus considers a series ended. */
const SCRAPE_INTERVAL = 288;
const SCRAPES = (END - START) / SCRAPE_INTERVAL;
const POLL_INTERVAL = '28m';
/** From then on the list of instance backups of the second project cannot be read. */
const OUTAGE = END - 2 * HOUR;
const OBJECTIVE = 26 * HOUR;

const JOB = 'huaweicloud-backup-exporter';
const REGION = 'cn-north-4';
const FIRST = 'exporter-a:10045';
const SECOND = 'exporter-b:10045';
/** The first exporter is restarted, and its counters start at 0. */
const RESTART = START + 5 * DAY;
/** The second exporter, a replica, is started. */
const REPLICA = END - DAY / 2;
/** An alert starts firing. */
const ALERT = END - 3 * HOUR;

/** How long the exporters are down after the end, in seconds. */
export const DOWN = 15 * MINUTE;

/** A history, and the actual state at its end. */
export interface Recording {
  /** What a Prometheus would have scraped in nine days: OpenMetrics with timestamps, without `# EOF`. */
  readonly history: () => AsyncIterable<string>;
  /** Valid once the history has been read to its end. */
  readonly world: () => World;
  /** Stops the simulated clouds, even if the history was not read to its end. */
  readonly stop: () => Promise<void>;
}

interface Project {
  readonly name: string;
  readonly cloud: SimulatedCloud;
}

const projectText = ({ name, cloud: { origin, account } }: Project): string => `
  - name: ${name}
    region: ${REGION}
    project_id: ${account.projectId}
    iam_endpoint: ${origin}
    credentials: { type: password, user: ${account.user}, domain: ${account.domain}, password: ${account.password} }
    services:
      - { type: ges, endpoint: "${origin}" }
      - { type: gaussdb-mysql, endpoint: "${origin}" }`;

function configFor(projects: readonly Project[]): Config {
  const text = `poll: { interval: ${POLL_INTERVAL} }\nprojects:${projects.map(projectText).join('')}\n`;
  const result = parseConfig(text, 'history.yml');
  if (!result.ok) throw new Error(result.problems.join('; '));
  return result.config;
}

/** Two projects: one with every character of resources, and a mostly healthy one. */
async function startProjects({
  clock,
}: ManualTime): Promise<Readonly<Record<'production' | 'staging', Project>>> {
  const production = await startSimulatedCloud({
    clock,
    counts: { ges: 8, 'gaussdb-mysql': 2 },
    seed: 1,
    region: REGION,
    projectId: '0123456789abcdef0123456789abcdef',
    passwordExpiresAt: END + 20 * DAY,
  });
  const staging = await startSimulatedCloud({
    clock,
    counts: { ges: 5, 'gaussdb-mysql': 2 },
    seed: 2,
    characters: false,
    region: REGION,
    projectId: 'fedcba9876543210fedcba9876543210',
  });
  return { production: { name: 'prod', cloud: production }, staging: { name: 'staging', cloud: staging } };
}

/** The resources of the second project, by what happens to them. */
function stagingResources(staging: SimulatedCloud) {
  const [namesake, tiny, shrunk, slow, stuck] = staging.resources().filter(({ kind }) => kind === 'graph');
  const [oddlyNamed, hanging] = staging.resources().filter(({ kind }) => kind === 'instance');
  if (!namesake || !tiny || !shrunk || !slow || !stuck || !oddlyNamed || !hanging) {
    throw new Error('the second project has too few resources');
  }
  return { namesake, tiny, shrunk, slow, stuck, oddlyNamed, hanging };
}

interface Event {
  readonly at: number;
  readonly apply: () => void;
}

/** The events of the nine days, in order. */
function eventsOf(production: SimulatedCloud, staging: SimulatedCloud): readonly Event[] {
  const { namesake, tiny, shrunk, slow, stuck, oddlyNamed, hanging } = stagingResources(staging);
  return [
    { at: START, apply: () => staging.rename(namesake.id, production.resourceOf('healthy', 'graph').name) },
    { at: START, apply: () => staging.rename(oddlyNamed.id, 'billing.v2 (eu)') },
    { at: START, apply: () => staging.shrink(tiny.id, 0) },
    { at: END - 30 * HOUR, apply: () => staging.shrink(shrunk.id, 0.1) },
    { at: END - 30 * HOUR, apply: () => staging.slowDown(slow.id, 12) },
    { at: END - 2 * DAY, apply: () => staging.hang(hanging.id) },
    { at: END - 9 * HOUR, apply: () => staging.hang(stuck.id) },
    { at: END - 9 * HOUR, apply: () => void staging.startBackup(stuck.id) },
    {
      at: END - 3 * HOUR,
      apply: () => void staging.startBackup(namesake.id, { result: 'failed', duration: 5 * MINUTE }),
    },
    { at: END - 6 * HOUR, apply: () => void staging.add('graph', { name: 'fresh', withBackups: false }) },
    {
      at: OUTAGE,
      apply: () =>
        void staging.inject({
          match: { operation: 'list_backups', service: 'gaussdb' },
          fault: { kind: 'status', status: 503 },
        }),
    },
  ];
}

/** The services return whole MB, so a graph of less than half a MB has 0. The simulated cloud has no such graph. */
function roundedDown(client: ProjectClient, graphId: string): ProjectClient {
  const round = (row: { graph_id: string; size?: number }) =>
    row.graph_id === graphId && row.size === 1 ? { ...row, size: 0 } : row;
  return {
    ...client,
    call: async (request, signal) => {
      const body = (await client.call(request, signal)) as {
        backup_list?: { graph_id: string; size?: number }[];
      };
      return body.backup_list === undefined ? body : { ...body, backup_list: body.backup_list.map(round) };
    },
  };
}

const STATE_OF = { success: 'succeeded', failed: 'failed', running: 'running', unknown: 'unknown' } as const;

const actualResourceOf = (project: Project, resource: SimulatedResource): ActualResource => ({
  project: project.name,
  region: REGION,
  cloud_service: resource.kind === 'graph' ? 'ges' : 'gaussdb-mysql',
  id: resource.id,
  name: resource.name,
  created: resource.created,
  objective: resource.deleted || resource.character === 'small' ? undefined : OBJECTIVE,
  backups: project.cloud.backupsOf(resource.id).map(
    ({ state, start, end, sizeBytes }): ActualBackup => ({
      state: STATE_OF[state],
      start,
      end,
      bytes: sizeBytes,
    }),
  ),
});

/** Prometheus evaluates alerts itself; one of them is written into the history. */
function firingSamples(at: number): string {
  const labels = `alertname="HuaweiCloudBackupStale",project="prod",region="${REGION}",cloud_service="ges",severity="critical"`;
  return `ALERTS{${labels},alertstate="firing"} 1 ${at}\nALERTS_FOR_STATE{${labels}} ${ALERT} ${at}\n`;
}

/** The samples of exporters that are down after the end. */
function downSamples(instances: readonly string[]): string {
  const minutes = Array.from({ length: DOWN / MINUTE }, (_, index) => END + (index + 1) * MINUTE);
  return instances
    .flatMap((instance) => minutes.map((at) => `up{job="${JOB}",instance="${instance}"} 0 ${at}\n`))
    .join('');
}

/** When each exporter last read a list completely, according to its requests. */
type Readings = Map<string, Map<string, number>>;

const listName = (project: string, service: string): string => `${project} ${service}`;

/** The real client of the exporter, which also records each list read. */
function clientFor(instance: string, time: ManualTime, readings: Readings, tinyGraph: string) {
  const createClient: ExporterOptions['createClient'] = (project, poll, observe) => {
    const client = createProjectClient(project, {
      requestTimeout: poll.requestTimeout,
      concurrency: poll.concurrency,
      clock: time.clock,
      // Retries do not wait: time does not advance during a poll.
      sleep: async () => undefined,
      random: () => 0.5,
      log: silent,
      userAgent: 'test',
      environment: {},
      observe: (observation) => {
        if (observation.operation === 'list_backups' && observation.code === '200') {
          const list = listName(project.name, observation.service);
          readings.set(list, (readings.get(list) ?? new Map()).set(instance, time.clock()));
        }
        observe(observation);
      },
    });
    return roundedDown(client, tinyGraph);
  };
  return createClient;
}

/** Prepares nine days of the exporter on two simulated clouds, on manual time. */
export async function recordWorld(): Promise<Recording> {
  const time = createManualTime(START);
  const { production, staging } = await startProjects(time);
  const projects = [production, staging];
  const config = configFor(projects);
  const tinyGraph = stagingResources(staging.cloud).tiny.id;
  const readings: Readings = new Map();
  /** The resources of a list that cannot be read are known as before. */
  let beforeOutage: readonly ActualResource[] = [];

  const startExporter = (instance: string) =>
    startRecordedExporter(config, time, clientFor(instance, time, readings, tinyGraph));
  const actualResources = (): readonly ActualResource[] =>
    projects.flatMap((project) =>
      project.cloud.resources().map((resource) => actualResourceOf(project, resource)),
    );
  const isUnreadable = ({ project, cloud_service }: Pick<ActualList, 'project' | 'cloud_service'>): boolean =>
    project === staging.name && cloud_service === 'gaussdb-mysql';

  async function* history(): AsyncIterable<string> {
    const remember = (): void => {
      beforeOutage = actualResources().filter(isUnreadable);
    };
    const events: Event[] = [
      { at: OUTAGE, apply: remember },
      ...eventsOf(production.cloud, staging.cloud),
    ].toSorted((a, b) => a.at - b.at);
    const running = new Map([[FIRST, await startExporter(FIRST)]]);
    for (let scrape = 0; scrape <= SCRAPES; scrape += 1) {
      const at = START + scrape * SCRAPE_INTERVAL;
      while (events[0] !== undefined && events[0].at <= at) events.shift()?.apply();
      await time.advance(at);
      if (at === RESTART) {
        await running.get(FIRST)?.stop();
        running.set(FIRST, await startExporter(FIRST));
      }
      if (at === REPLICA) running.set(SECOND, await startExporter(SECOND));
      yield at > ALERT ? firingSamples(at) : '';
      for (const [instance, exporter] of running) {
        yield `up{job="${JOB}",instance="${instance}"} 1 ${at}\n`;
        yield timedSamples(await exporter.scrape(), { job: JOB, instance }, at);
      }
    }
    for (const exporter of running.values()) await exporter.stop();
    yield downSamples([...running.keys()]);
  }

  const lists = (): readonly ActualList[] =>
    projects.flatMap(({ name: project }) =>
      ['ges', 'gaussdb-mysql'].map((cloud_service) => ({
        project,
        region: REGION,
        cloud_service,
        read: !isUnreadable({ project, cloud_service }),
        lastComplete: readings.get(listName(project, cloud_service)) ?? new Map(),
      })),
    );

  return {
    history,
    world: () => ({
      end: END,
      job: JOB,
      instances: [FIRST, SECOND],
      resources: [...actualResources().filter((resource) => !isUnreadable(resource)), ...beforeOutage],
      lists: lists(),
    }),
    stop: async () => {
      await Promise.all(projects.map(({ cloud }) => cloud.stop()));
    },
  };
}
