import { readFile } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import { runCommandLine } from '../../src/commands/command-line.ts';
import { startSimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { createFakeTerminal } from '../commands/fake-terminal.ts';
import { passwordOf } from '../support/configuration.ts';
import { temporaryDirectory } from '../support/exporter-process.ts';

/** Runs check without pauses between requests. */
export async function runCheck(configuration: string, flags: readonly string[]) {
  const files = await temporaryDirectory();
  onTestFinished(files.remove);
  const config = await files.write('config.yml', configuration);
  const terminal = createFakeTerminal({ environment: {} });
  const pauses: number[] = [];
  const sleep = async (duration: number): Promise<void> => void pauses.push(duration);
  const code = await runCommandLine(['check', '--config.file', config, ...flags], { ...terminal, sleep });
  return { code, output: terminal.written(), errors: terminal.errors(), pauses };
}

/** The path of a file that does not exist. */
export async function newFile(): Promise<string> {
  const files = await temporaryDirectory();
  onTestFinished(files.remove);
  return files.path('recording.json');
}

/** Runs check --record. */
export async function record(configuration: string, flags: readonly string[] = []) {
  const path = await newFile();
  const ended = await runCheck(configuration, ['--record', path, ...flags]);
  return { ...ended, path, text: await readFile(path, 'utf8') };
}

/** A configuration for a simulated cloud with this number of resources of each service. */
export async function simulatedConfiguration(count: number, types: readonly string[]): Promise<string> {
  const cloud = await startSimulatedCloud({
    counts: Object.fromEntries(types.map((type) => [type, count])),
  });
  onTestFinished(cloud.stop);
  const { region } = cloud.account;
  const services = types.map((type) => ({ type, endpoint: cloud.endpointOf(type) }));
  return JSON.stringify({
    projects: [{ region, iam_endpoint: cloud.origin, credentials: passwordOf(cloud), services }],
  });
}
