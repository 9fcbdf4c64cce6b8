import { onTestFinished } from 'vitest';
import { runCommandLine } from '../../src/commands/command-line.ts';
import {
  type SimulatedCloud,
  type SimulatedCloudOptions,
  type SimulatedRequest,
  type SimulatedResource,
  startSimulatedCloud,
} from '../../src/services/simulated-cloud.ts';
import { createFakeTerminal } from '../commands/fake-terminal.ts';
import { type ConfigurationParts, configurationFor } from '../support/configuration.ts';
import {
  type ProgramEnd,
  type ServingExporter,
  startExporter,
  temporaryDirectory,
} from '../support/exporter-process.ts';

/** A simulated cloud, stopped when the test ends. */
export async function cloudFor(options: Partial<SimulatedCloudOptions> = {}): Promise<SimulatedCloud> {
  const cloud = await startSimulatedCloud(options);
  onTestFinished(cloud.stop);
  return cloud;
}

/** A temporary directory, removed when the test ends. */
export async function filesFor() {
  const files = await temporaryDirectory();
  onTestFinished(files.remove);
  return files;
}

/** Writes a configuration for a cloud with the interval of a real one, and returns its path. */
export async function configFor(
  cloud: Pick<SimulatedCloud, 'origin' | 'account'>,
  parts: ConfigurationParts = {},
): Promise<string> {
  return (await filesFor()).write('config.yml', configurationFor(cloud, { interval: '5m', ...parts }));
}

/** Starts an exporter of a cloud, stopped when the test ends. */
export async function exporterFor(
  cloud: SimulatedCloud,
  parts: ConfigurationParts = {},
  args: readonly string[] = [],
): Promise<ServingExporter> {
  const files = await filesFor();
  const exporter = await startExporter([
    '--config.file',
    await files.write('config.yml', configurationFor(cloud, parts)),
    ...args,
  ]);
  onTestFinished(async () => void (await exporter.stop()));
  return exporter;
}

export const isReady = (exporter: ServingExporter) => async () =>
  (await exporter.get('/-/ready')).status === 200;

/** The name of the program, with which its messages start. */
export const PROGRAM = 'huaweicloud-backup-exporter';

/** Runs a command in this process as the program would. */
export async function runCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ProgramEnd> {
  const terminal = createFakeTerminal({ environment });
  const code = await runCommandLine(args, terminal);
  return { code, output: terminal.written(), errors: terminal.errors() };
}

/** Runs `backups` against a cloud; in errors, the configuration file is `config.yml`. */
export async function backups(
  cloud: SimulatedCloud,
  args: readonly string[],
  parts: ConfigurationParts = {},
  environment: Readonly<Record<string, string>> = {},
) {
  const config = await configFor(cloud, parts);
  const ended = await runCommand(['backups', ...args, '--config.file', config], environment);
  return { ...ended, errors: ended.errors.replaceAll(config, 'config.yml') };
}

/** Runs `backfill` against a cloud. */
export const backfill = async (
  cloud: SimulatedCloud,
  args: readonly string[] = [],
  parts: ConfigurationParts = {},
) => runCommand(['backfill', '--config.file', await configFor(cloud, parts), ...args]);

/** The requests that the cloud received other than reads and sign-ins. */
export const changes = (cloud: SimulatedCloud): readonly SimulatedRequest[] =>
  cloud.requests.filter(({ method, operation }) => method !== 'GET' && operation !== 'sign_in');

/** Returns a healthy resource after a change to it. */
export const arranged =
  (change: (cloud: SimulatedCloud, id: string) => void, kind: 'graph' | 'instance' = 'graph') =>
  (cloud: SimulatedCloud): SimulatedResource => {
    const resource = cloud.resourceOf('healthy', kind);
    change(cloud, resource.id);
    return resource;
  };
