import { onTestFinished } from 'vitest';
import { runCommandLine } from '../../src/commands/command-line.ts';
import type { Terminal } from '../../src/commands/terminal.ts';
import { type Seconds, unixSeconds } from '../../src/domain/quantities.ts';
import type { CloudService } from '../../src/services/service.ts';
import {
  type SimulatedCloud,
  type SimulatedResource,
  startSimulatedCloud,
} from '../../src/services/simulated-cloud.ts';
import { configurationFor } from '../support/configuration.ts';
import { WITH_JOBS, WITHOUT_JOBS } from '../support/examples.ts';
import { temporaryDirectory } from '../support/exporter-process.ts';
import { createFakeTerminal, type FakeTerminal } from './fake-terminal.ts';

const START = 1_782_900_000;

/** A simulated cloud whose time passes only while a command sleeps. */
export interface WaitingWorld {
  readonly cloud: SimulatedCloud;
  /** The first resource of a service. */
  readonly firstOf: (service: CloudService) => Promise<SimulatedResource>;
  /** The pauses of the commands, in seconds. */
  readonly pauses: readonly number[];
  /** Calls back when this number of seconds has passed in total. */
  readonly at: (seconds: number, happen: () => void) => void;
  /** Advances time without a command. */
  readonly pass: (seconds: number) => void;
  readonly run: (args: readonly string[], terminal?: FakeTerminal) => Promise<CommandEnd>;
}

/** The exit code of a command and its whole output. */
export interface CommandEnd {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Creates a world with two resources of each of these services. Its cloud is stopped when the test ends. */
export async function createWaitingWorld(
  services: readonly CloudService[] = [WITH_JOBS, WITHOUT_JOBS],
): Promise<WaitingWorld> {
  let passed = 0;
  const pauses: number[] = [];
  const events: { readonly at: number; readonly happen: () => void }[] = [];
  const cloud = await startSimulatedCloud({
    counts: Object.fromEntries(services.map(({ type }) => [type, 2])),
    characters: false,
    clock: () => START + passed,
  });
  onTestFinished(cloud.stop);
  const files = await temporaryDirectory();
  onTestFinished(files.remove);
  const config = await files.write(
    'config.yml',
    configurationFor(cloud, {
      interval: '5m',
      services: services.map(({ type }) => ({ type, endpoint: cloud.endpointOf(type) })),
    }),
  );

  const pass = (seconds: number): void => {
    passed += seconds;
    for (const event of events.splice(0)) {
      if (event.at <= passed) event.happen();
      else events.push(event);
    }
  };
  const time: Pick<Terminal, 'clock' | 'sleep'> = {
    clock: () => unixSeconds(START + passed),
    sleep: (duration: Seconds, signal) => {
      pauses.push(duration);
      pass(duration);
      return signal.aborted ? Promise.reject(new Error('ended')) : Promise.resolve();
    },
  };
  return {
    cloud,
    firstOf: async (service) => {
      const { kind } = await service.simulated();
      const resource = cloud.resources().find((candidate) => candidate.kind === kind);
      if (resource === undefined) throw new Error(`the cloud has no ${service.resource.one}`);
      return resource;
    },
    pauses,
    at: (seconds, happen) => void events.push({ at: seconds, happen }),
    pass,
    run: async (args, terminal = createFakeTerminal()) => {
      const code = await runCommandLine([...args, '--config.file', config], { ...terminal, ...time });
      return {
        code,
        output: terminal.written(),
        errors: terminal.errors().replaceAll(config, 'config.yml'),
      };
    },
  };
}
