import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes, randomInt } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { detailsOf } from '../../cloud/failure.ts';
import type { Config } from '../../config/config.ts';
import { seconds } from '../../domain/quantities.ts';
import { errorCode } from '../../errors.ts';
import { fileError } from '../../files/file-error.ts';
import { send } from '../../poll/read-list.ts';
import { failureOf } from '../../poll/read-service.ts';
import { type Collector, createCollector } from '../../recording/collect.ts';
import { composeRecording } from '../../recording/compose.ts';
import { createPseudonyms } from '../../recording/pseudonyms.ts';
import { formatRecording } from '../../recording/recording.ts';
import { SERVICES } from '../../services/index.ts';
import { type ProbeName, probesOf } from '../../services/probes.ts';
import { dictionaryOf } from '../../services/vendor-words.ts';
import { CommandError, EXIT } from '../command-error.ts';
import { RECORDING_URL, readBuildInfo } from '../program.ts';
import type { ServiceReading } from '../read-once.ts';
import type { Terminal } from '../terminal.ts';
import { checkProjects } from './check-projects.ts';
import type { ProjectCheck } from './results.ts';

const PAUSE = seconds(0.2);
// Requests that are made one after the other take longer than a poll.
const LONGEST_RECORDING = seconds(3600);
const MOST_WEEKS = 260;
const WEEK = 7 * 86_400;

/** The probe for which a request is sent. */
const probing = new AsyncLocalStorage<ProbeName>();

/**
 * Checks projects with one request after the other, sends probes to each service, and writes a recording of all
 * responses to a new file.
 */
export function recordProjects(
  config: Config,
  terminal: Terminal,
  path: string,
): Promise<readonly ProjectCheck[]> {
  const readings: ServiceReading[] = [];
  const leftOut: string[] = [];
  const collected = createCollector();
  const inTurn = createTurns(terminal.sleep);
  const collector: Collector = {
    responses: collected.responses,
    add: (project, response) => {
      const { service, operation, query, status } = response;
      const probe = probing.getStore();
      collected.add(project, response, service === 'iam' ? undefined : probe);
      const paging = ['offset', 'limit'].filter((key) => query[key] !== undefined);
      const about = [service, operation, ...paging.map((key) => `${key}=${query[key]}`)].join(' ');
      terminal.writeError(`${about}: ${status}${probe === undefined ? '' : ` (probe: ${probe})`}\n`);
    },
  };
  return withNewFile(path, async (write) => {
    const oneByOne = { ...config, poll: { ...config.poll, concurrency: 1 } };
    const checked = await checkProjects(oneByOne, terminal, {
      collector,
      longest: LONGEST_RECORDING,
      paced: (client, interrupted) => ({
        ...client,
        call: (request, signal) => inTurn(() => client.call(request, signal), interrupted),
      }),
      afterRead: async (reading, signal) => {
        readings.push(reading);
        const missing = await sendProbes(reading, signal);
        const index = config.projects.findIndex(({ name }) => name === reading.project.name);
        if (missing !== undefined) leftOut.push(`project ${index}, ${reading.service.type}: ${missing}`);
      },
    });
    const responses = collected.responses();
    if (responses.length === 0) {
      terminal.writeError(`Nothing was recorded: no response arrived. ${path} was not written.\n`);
      return checked;
    }
    const recording = composeRecording({
      version: readBuildInfo(terminal.environment).version,
      now: terminal.clock() * 1000,
      redaction: {
        pseudonyms: createPseudonyms(randomBytes(32)),
        dictionary: dictionaryOf(SERVICES),
        shift: -WEEK * randomInt(1, MOST_WEEKS),
      },
      config,
      read: readings,
      responses,
      leftOut,
    });
    const text = formatRecording(recording);
    await write(text);
    terminal.writeError(finished(path, recording.responses.length, text, recording.left_out));
    return checked;
  });
}

/** Sends the probes of a service until one is throttled; resolves with what was left out and why. */
async function sendProbes(reading: ServiceReading, signal: AbortSignal): Promise<string | undefined> {
  const outcome = failureOf(reading)?.outcome;
  if (outcome !== undefined && outcome !== 'incomplete' && outcome !== 'malformed') {
    return `probes, because its backups could not be read (${outcome})`;
  }
  const first = reading.next?.resources.values().find(({ exists }) => exists);
  const key = first && { id: first.id, parentId: first.listing?.parentId };
  for (const { name, call } of probesOf(reading.service.api, key)) {
    if (signal.aborted) break;
    const failure = await probing
      .run(name, () => send(reading, call, signal))
      .catch((error: unknown) => error);
    if (detailsOf(failure).kind === 'throttled') return 'further probes, because it returned 429';
  }
  return undefined;
}

/**
 * Runs a task that may write a new file, for its owner alone; the file is removed again if it does not. Throws a {@link
 * CommandError} before the task if the file exists or cannot be written.
 */
async function withNewFile<Result>(
  path: string,
  task: (write: (text: string) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const refuse = (error: unknown): never => {
    const why = errorCode(error) === 'EEXIST' ? 'it exists already; name a new file' : fileError(error);
    throw new CommandError(`--record: cannot write ${path}: ${why}`, EXIT.usage);
  };
  const file = await open(path, 'wx', 0o600).catch(refuse);
  let isWritten = false;
  try {
    return await task(async (text) => {
      await file.writeFile(text).catch(refuse);
      isWritten = true;
    });
  } finally {
    await file.close();
    if (!isWritten) await rm(path, { force: true });
  }
}

const kilobytes = (bytes: number): string => `${Math.ceil(bytes / 1000)} kB`;

function finished(path: string, responses: number, text: string, leftOut: readonly string[]): string {
  return [
    `Recorded ${responses} responses in ${path} (${kilobytes(text.length)}, ${kilobytes(gzipSync(text).length)} compressed). Nothing was sent.`,
    ...leftOut.map((what) => `Left out: ${what}.`),
    `Review it before you send it: read it with "less ${path}", and search it for your own names with "grep -i NAME ${path}".`,
    `What to do with it, and where to send it: ${RECORDING_URL}`,
    '',
  ].join('\n');
}

/** Runs tasks one after the other with a pause between them, however many wait. */
function createTurns(sleep: Terminal['sleep']) {
  let last: Promise<unknown> | undefined;
  return <Result>(task: () => Promise<Result>, stop: AbortSignal): Promise<Result> => {
    const paused = last?.then(() => sleep(PAUSE, stop)).catch(() => undefined);
    const turn = Promise.resolve(paused).then(task);
    last = turn.catch(() => undefined);
    return turn;
  };
}
