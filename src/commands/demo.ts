import { stringify } from 'yaml';
import { formatDuration } from '../config/duration.ts';
import { parseConfig } from '../config/load.ts';
import { seconds, systemClock } from '../domain/quantities.ts';
import { errorCode } from '../errors.ts';
import { fileError } from '../files/file-error.ts';
import { openReplacement } from '../files/replace-file.ts';
import type { Log } from '../log/log.ts';
import { createPinoLog } from '../log/pino-log.ts';
import { SERVICES } from '../services/index.ts';
import type { CloudService } from '../services/service.ts';
import { startSimulatedCloud } from '../services/simulated-cloud.ts';
import type { SimulatedCloud } from '../simulated-cloud/simulated-cloud.ts';
import { shellWord } from '../status/shell.ts';
import { PROGRAM_NAME } from './build.ts';
import { CommandError } from './command-error.ts';
import type { DemoFlags } from './flags.ts';
import { programCommand } from './npm.ts';
import { replayFile } from './replay.ts';
import { runExporter } from './run-exporter.ts';
import type { Terminal } from './terminal.ts';

// examples/demo.yml has this port and these intervals.
const CLOUD_PORT = 10_046;
const POLL_INTERVAL = 15;
const OBJECTIVE = 26 * 3600;
const SHORTEST_INTERVAL = 1;
// How often a backup of a healthy resource fails, to be retried soon after.
const MISHAPS = 0.02;
// Share of the usual duration, so that a backup started by hand finishes soon.
const QUICK = 0.1;

/** A cloud of the demo, and how its exporter is run. */
interface DemoWorld {
  readonly configuration: string;
  /** The file that lets other commands use the cloud. */
  readonly configFile: string | undefined;
  readonly onListening: (url: string) => void;
  readonly stop: () => Promise<void>;
}

/** Serves a simulated or a recorded cloud until a signal ends it; resolves with the exit code. */
export async function demo(flags: DemoFlags, terminal: Terminal): Promise<number> {
  const log = createPinoLog({ level: flags['log.level'], format: flags['log.format'] }, terminal.writeError);
  const { configuration, configFile, onListening, stop } =
    flags.replay === undefined
      ? await simulatedWorld(flags, terminal, log)
      : await replayedWorld(flags.replay, flags, log);
  try {
    await writeConfiguration(flags['demo.configFile'], configuration);
    return await runExporter({
      flags,
      terminal,
      log,
      source: 'demo',
      configFile,
      loadConfig: async () => parseConfig(configuration, 'demo'),
      onListening,
    });
  } finally {
    await stop();
  }
}

async function simulatedWorld(flags: DemoFlags, terminal: Terminal, log: Log): Promise<DemoWorld> {
  const cloud = await startCloud(flags, log);
  return {
    configuration: configurationOf(cloud, flags),
    configFile: configFileOf(cloud, flags),
    onListening: (url) => sayWhatToTry({ url, cloud, flags, terminal, log }),
    stop: cloud.stop,
  };
}

async function replayedWorld(path: string, flags: DemoFlags, log: Log): Promise<DemoWorld> {
  const { configuration, stop } = await replayFile(path, systemClock());
  return {
    configuration: stringify(configuration),
    configFile: flags['demo.configFile'],
    onListening: (page) => log.info({ page, recording: path }, 'demo ready'),
    stop,
  };
}

async function startCloud(flags: DemoFlags, log: Log): Promise<SimulatedCloud> {
  const options = {
    counts: Object.fromEntries(SERVICES.map((service) => [service.type, countOf(service, flags)])),
    seed: flags['demo.seed'],
    failureRate: MISHAPS,
    speed: flags['demo.speed'],
  };
  const cloud = await startSimulatedCloud({ ...options, port: CLOUD_PORT }).catch((error: unknown) => {
    if (errorCode(error) !== 'EADDRINUSE') throw error;
    log.warn({ port: CLOUD_PORT }, 'port of the simulated cloud is in use, using another one');
    return startSimulatedCloud(options);
  });
  for (const { id, character, deleted } of cloud.resources()) {
    if ((character === 'stale' || character === 'never') && !deleted) cloud.slowDown(id, QUICK);
  }
  return cloud;
}

const countOf = ({ demo }: CloudService, flags: DemoFlags): number =>
  demo === undefined ? flags['demo.others'] : Number(flags[`demo.${demo.flag}`]);

/** The services of the demo: those with a flag, and the others if they have resources. */
const polledServices = (flags: DemoFlags): readonly CloudService[] =>
  SERVICES.filter(({ demo }) => demo !== undefined || flags['demo.others'] > 0);

/** The configuration of the demo, for its exporter and for other commands. */
function configurationOf(cloud: SimulatedCloud, flags: DemoFlags): string {
  const { origin, account } = cloud;
  const speed = flags['demo.speed'];
  const interval = Math.max(SHORTEST_INTERVAL, POLL_INTERVAL / speed);
  return stringify({
    poll: { interval: duration(interval) },
    limits: { resources: 10_000 },
    rpo: { default: duration(OBJECTIVE / speed) },
    projects: [
      {
        name: 'demo',
        region: account.region,
        iam_endpoint: origin,
        credentials: {
          type: 'password',
          user: account.user,
          domain: account.domain,
          password: account.password,
        },
        services: polledServices(flags).map(({ type }) => ({
          type,
          endpoint: cloud.endpointOf(type),
        })),
      },
    ],
  });
}

const duration = (length: number): string => formatDuration(seconds(Math.max(0.001, length)));

const HEADER = '# For commands that use the simulated cloud of a running demo.\n';

async function writeConfiguration(path: string | undefined, configuration: string): Promise<void> {
  if (path === undefined) return;
  try {
    const file = await openReplacement(path);
    file.stream.write(`${HEADER}${configuration}`);
    await file.commit().finally(file.abort);
  } catch (error) {
    throw new CommandError(`cannot write ${path}: ${fileError(error)}`);
  }
}

interface Trial {
  readonly url: string;
  readonly cloud: SimulatedCloud;
  readonly flags: DemoFlags;
  readonly terminal: Pick<Terminal, 'environment'>;
  readonly log: Log;
}

/** The file that lets other commands use the cloud of this demo. */
function configFileOf(cloud: SimulatedCloud, flags: DemoFlags): string | undefined {
  const isUsual = new URL(cloud.origin).port === String(CLOUD_PORT) && flags['demo.speed'] === 1;
  return flags['demo.configFile'] ?? (isUsual ? 'examples/demo.yml' : undefined);
}

/** Logs the URL of the page, and a command that fixes one of the problems on it. */
function sayWhatToTry({ url, cloud, flags, terminal, log }: Trial): void {
  const stale = cloud.resources().find(({ character }) => character === 'stale');
  const file = configFileOf(cloud, flags);
  if (stale === undefined || file === undefined) {
    log.info(
      { page: url, hint: 'with --demo.config-file FILE other commands can use its cloud' },
      'demo ready',
    );
    return;
  }
  const program = programCommand(terminal.environment, PROGRAM_NAME);
  const command = `${program} backups create --config.file ${shellWord(file)} --resource ${stale.name} --wait`;
  log.info({ page: url, try: command }, 'demo ready');
}
