import { randomBytes, randomInt } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { ProjectClient } from '../../cloud/client.ts';
import { CloudFailure } from '../../cloud/failure.ts';
import type { Config } from '../../config/config.ts';
import { type Seconds, seconds } from '../../domain/quantities.ts';
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
import type { Scope } from '../../state/objective.ts';
import { CommandError, EXIT } from '../command-error.ts';
import { readBuildInfo } from '../program.ts';
import type { ServiceReading } from '../read-once.ts';
import type { Terminal } from '../terminal.ts';

/**
 * Runs a task that may write a new file, for its owner alone; the file is removed again if it does not. Throws a {@link
 * CommandError} before the task if the file exists or cannot be written.
 */
export async function withNewFile<Result>(
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

/** What `check` also does when it records. */
export interface Recorder extends Collector {
  /** Makes the requests of a client one after the other, with a pause between them. */
  readonly paced: (client: ProjectClient, stop: AbortSignal) => ProjectClient;
  readonly afterRead: (reading: ServiceReading, signal: AbortSignal) => Promise<void>;
  /** Writes the recording, and says how to review it. */
  readonly finish: (path: string, write: (text: string) => Promise<void>) => Promise<void>;
}

const PAUSE = seconds(0.2);
const MOST_WEEKS = 260;
const WEEK = 7 * 86_400;

export function createRecorder(config: Config, terminal: Terminal): Recorder {
  const { clock, sleep } = terminal;
  const collector = createCollector();
  const readings: ServiceReading[] = [];
  const skipped: string[] = [];
  const inTurn = createTurns(PAUSE, sleep);
  /** The unpaced client of each paced one. */
  const clients = new WeakMap<ProjectClient, ProjectClient>();
  // The probe that is being sent.
  let probe: ProbeName | undefined;

  const skip = ({ project, service }: Scope, what: string): void => {
    const index = config.projects.findIndex(({ name }) => name === project);
    skipped.push(`project ${index}, ${service}: ${what}`);
  };

  /** Sends the probes of a service until one is throttled. */
  const sendProbes: Recorder['afterRead'] = async ({ client, service, scope, next }, signal) => {
    const first = next?.resources.values().find(({ exists }) => exists);
    const key = first && { id: first.id, parentId: first.listing?.parentId };
    for (const { name, call } of probesOf(service.api, key)) {
      if (signal.aborted) return;
      try {
        await inTurn(() => {
          probe = name;
          return send({ client: clients.get(client) ?? client, service }, call, signal).finally(() => {
            probe = undefined;
          });
        }, signal);
      } catch (error) {
        if (!(error instanceof CloudFailure && error.details.kind === 'throttled')) continue;
        skip(scope, 'further probes, because it returned 429');
        return;
      }
    }
  };

  return {
    responses: collector.responses,
    paced: (client, stop) => {
      const call: ProjectClient['call'] = (request, signal) =>
        inTurn(() => client.call(request, signal), stop);
      const inTurns = { ...client, call };
      clients.set(inTurns, client);
      return inTurns;
    },
    add: (project, response) => {
      const { service, operation, query, status } = response;
      collector.add(project, response, service === 'iam' ? undefined : probe);
      const paging = ['offset', 'limit'].filter((key) => query[key] !== undefined);
      const about = [service, operation, ...paging.map((key) => `${key}=${query[key]}`)].join(' ');
      terminal.writeError(`${about}: ${status}${probe === undefined ? '' : ` (probe: ${probe})`}\n`);
    },
    afterRead: async (reading, signal) => {
      readings.push(reading);
      const outcome = failureOf(reading)?.outcome;
      if (outcome === undefined || outcome === 'incomplete' || outcome === 'malformed') {
        await sendProbes(reading, signal);
      } else {
        skip(reading.scope, `probes, because its backups could not be read (${outcome})`);
      }
    },
    finish: async (path, write) => {
      const responses = collector.responses();
      if (responses.length === 0) {
        terminal.writeError(`Nothing was recorded: no response arrived. ${path} was not written.\n`);
        return;
      }
      const recording = composeRecording({
        version: readBuildInfo(terminal.environment).version,
        now: clock() * 1000,
        redaction: {
          pseudonyms: createPseudonyms(randomBytes(32)),
          dictionary: dictionaryOf(SERVICES),
          shift: -WEEK * randomInt(1, MOST_WEEKS),
        },
        config,
        read: readings,
        responses,
        leftOut: skipped,
      });
      const text = formatRecording(recording);
      await write(text);
      terminal.writeError(finished(path, recording.responses.length, text, recording.left_out));
    },
  };
}

const kilobytes = (bytes: number): string => `${Math.ceil(bytes / 1000)} kB`;

function finished(path: string, responses: number, text: string, leftOut: readonly string[]): string {
  return [
    `Recorded ${responses} responses in ${path} (${kilobytes(text.length)}, ${kilobytes(gzipSync(text).length)} compressed). Nothing was sent.`,
    ...leftOut.map((what) => `Left out: ${what}.`),
    `Review it before you send it: read it with "less ${path}", and search it for your own names with "grep -i NAME ${path}".`,
    'What it is good for, and where to send it: docs/evidence.md',
    '',
  ].join('\n');
}

/** Runs tasks one after the other with a pause between them, however many wait. */
function createTurns(pause: Seconds, sleep: Terminal['sleep']) {
  let last: Promise<unknown> = Promise.resolve();
  let isFirst = true;
  return <Result>(task: () => Promise<Result>, stop: AbortSignal): Promise<Result> => {
    const turn = last.then(async () => {
      if (!isFirst && !stop.aborted) await sleep(pause, stop).catch(() => undefined);
      isFirst = false;
      return await task();
    });
    last = turn.catch(() => undefined);
    return turn;
  };
}
