import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { formatDuration } from '../config/duration.ts';
import { parseConfig } from '../config/load.ts';
import { seconds, systemClock } from '../domain/quantities.ts';
import { errorCode } from '../errors.ts';
import { fileError } from '../files/file-error.ts';
import { openReplacement } from '../files/replace-file.ts';
import type { Log } from '../log/log.ts';
import { parseRecording } from '../recording/recording.ts';
import { type ReplayedCloud, startReplay } from '../recording/replay.ts';
import { SERVICES } from '../services/index.ts';
import type { CloudService } from '../services/service.ts';
import { startSimulatedCloud } from '../services/simulated-cloud.ts';
import type { SimulatedCloud } from '../simulated-cloud/simulated-cloud.ts';
import { shellWord } from '../status/shell.ts';
import { CommandError, EXIT } from './command-error.ts';
import { programCommand } from './program.ts';
import { logOf, runExporter, type ServeFlags } from './run-exporter.ts';
import type { Terminal } from './terminal.ts';

// This file has this port, these intervals, and the services with flags of their own.
const EXAMPLE = 'examples/demo.yml';
const CLOUD_PORT = 10_046;
const POLL_INTERVAL = 15;
const OBJECTIVE = 26 * 3600;
const SHORTEST_INTERVAL = 1;
// Of the backups of a healthy resource; each is retried soon after.
const FAILURE_RATE = 0.02;
// Share of the usual duration, so that a backup started by hand finishes soon.
const QUICK = 0.1;

interface DemoFlags extends ServeFlags {
  /** How many resources a service with a flag of its own has: `demo.FLAG`. */
  readonly [flag: `demo.${string}`]: string | number | undefined;
  readonly 'demo.others': number;
  readonly 'demo.seed': number;
  readonly 'demo.speed': number;
  readonly 'demo.configFile'?: string;
  readonly replay?: string;
}

/** A cloud of the demo, and how its exporter is run. */
interface DemoWorld {
  readonly configuration: string;
  /** Whether {@link EXAMPLE} contains this configuration. */
  readonly isExample: boolean;
  /** Log fields of the demo in addition to the URL of its page, given the file that lets other commands use the cloud. */
  readonly remarks: (configFile: string | undefined) => Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** Serves a simulated or a recorded cloud until a signal ends it; resolves with the exit code. */
export async function demo(flags: DemoFlags, terminal: Terminal): Promise<number> {
  const log = logOf(flags, terminal);
  const { replay } = flags;
  const world = replay === undefined ? simulatedWorld(flags, terminal, log) : replayedWorld(replay);
  const { configuration, isExample, remarks, stop } = await world;
  const requested = flags['demo.configFile'];
  const temporary = requested === undefined && !isExample ? await temporaryFile() : undefined;
  const written = requested ?? temporary;
  const configFile = written ?? (isExample ? EXAMPLE : undefined);
  try {
    if (written !== undefined) await writeConfiguration(written, configuration);
    return await runExporter({
      flags,
      terminal,
      log,
      source: 'demo',
      configFile,
      loadConfig: async () => parseConfig(configuration, 'demo'),
      onListening: (page) => log.info({ page, ...remarks(configFile) }, 'demo ready'),
    });
  } finally {
    if (temporary !== undefined) await rm(dirname(temporary), { recursive: true, force: true });
    await stop();
  }
}

/** A file in a new directory; undefined if there is none to write to, as in some containers. */
const temporaryFile = (): Promise<string | undefined> =>
  mkdtemp(join(tmpdir(), 'huaweicloud-backup-exporter-')).then(
    (directory) => join(directory, 'demo.yml'),
    () => undefined,
  );

async function replayedWorld(path: string): Promise<DemoWorld> {
  const { configuration, stop } = await replayFile(path, systemClock());
  const remarks = () => ({ recording: path });
  return { configuration: stringify(configuration), isExample: false, remarks, stop };
}

/** Serves the recording in a file, as if it had been made now. */
export async function replayFile(path: string, now: number): Promise<ReplayedCloud> {
  const recording = await readFile(path, 'utf8')
    .then(parseRecording)
    .catch((error: unknown) => {
      throw new CommandError(`--replay: cannot read ${path}: ${fileError(error)}`, EXIT.usage);
    });
  return await startReplay(recording, Math.round(now - Date.parse(recording.recorded_at) / 1000));
}

async function simulatedWorld(flags: DemoFlags, terminal: Terminal, log: Log): Promise<DemoWorld> {
  const cloud = await startCloud(flags, log);
  const isUsualPort = new URL(cloud.origin).port === String(CLOUD_PORT);
  return {
    configuration: configurationOf(cloud, flags),
    isExample: isUsualPort && flags['demo.speed'] === 1 && flags['demo.others'] === 0,
    remarks: (configFile) => whatToTry(cloud, configFile, terminal),
    stop: cloud.stop,
  };
}

/** A command that fixes one of the problems on the page. */
function whatToTry(
  cloud: SimulatedCloud,
  configFile: string | undefined,
  { environment }: Terminal,
): Readonly<Record<string, string>> {
  const stale = cloud.resources().find(({ character }) => character === 'stale');
  if (stale === undefined || configFile === undefined) {
    return { hint: 'with --demo.config-file FILE other commands can use its cloud' };
  }
  const flags = `--config.file ${shellWord(configFile)} --resource ${stale.name} --wait`;
  return { try: `${programCommand(environment)} backups create ${flags}` };
}

async function startCloud(flags: DemoFlags, log: Log): Promise<SimulatedCloud> {
  const options = {
    counts: Object.fromEntries(SERVICES.map((service) => [service.type, countOf(service, flags)])),
    seed: flags['demo.seed'],
    failureRate: FAILURE_RATE,
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

function configurationOf(cloud: SimulatedCloud, flags: DemoFlags): string {
  const { region, user, domain, password } = cloud.account;
  const speed = flags['demo.speed'];
  // Services without a flag of their own are polled only if they have resources.
  const services = SERVICES.filter(({ demo: own }) => own !== undefined || flags['demo.others'] > 0);
  const interval = Math.max(SHORTEST_INTERVAL, POLL_INTERVAL / speed);
  return stringify({
    poll: { interval: duration(interval) },
    limits: { resources: 10_000 },
    rpo: { default: duration(OBJECTIVE / speed) },
    projects: [
      {
        name: 'demo',
        region,
        iam_endpoint: cloud.origin,
        credentials: { type: 'password', user, domain, password },
        services: services.map(({ type }) => ({ type, endpoint: cloud.endpointOf(type) })),
      },
    ],
  });
}

const duration = (length: number): string => formatDuration(seconds(Math.max(0.001, length)));

const HEADER = '# For commands that use the simulated cloud of a running demo.\n';

async function writeConfiguration(path: string, configuration: string): Promise<void> {
  try {
    const file = await openReplacement(path);
    file.stream.write(`${HEADER}${configuration}`);
    await file.commit().finally(file.abort);
  } catch (error) {
    throw new CommandError(`cannot write ${path}: ${fileError(error)}`);
  }
}
