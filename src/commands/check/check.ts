import type { Config } from '../../config/config.ts';
import { milliseconds, seconds } from '../../domain/quantities.ts';
import { type Collector, createCollector } from '../../recording/collect.ts';
import { humanizeDuration } from '../../status/humanize.ts';
import { readBuildInfo } from '../build.ts';
import { CommandError } from '../command-error.ts';
import type { CommandTime } from '../command-time.ts';
import { commandClientFactory, loadConfig, pickProjects } from '../configured.ts';
import { EXIT } from '../exit-codes.ts';
import type { CheckFlags } from '../flags.ts';
import { withInterruption } from '../interruption.ts';
import { createProgressLine } from '../progress-line.ts';
import { print, type Terminal } from '../terminal.ts';
import { checkProjects, type ProjectCheck } from './check-projects.ts';
import { createInFlightRequests, type InFlightRequests } from './in-flight.ts';
import { checkJson, offlineJson } from './json.ts';
import { createRecorder, createRecordingFile, type Recorder } from './record.ts';
import { summarize } from './summary.ts';
import { checkText, offlineText } from './text.ts';

/** Checks the configuration against the cloud; resolves with the exit code. */
export async function check(flags: CheckFlags, terminal: Terminal, time: CommandTime): Promise<number> {
  if (flags.offline === true && flags.record !== undefined) {
    throw new CommandError('--record needs the cloud; leave out --offline', EXIT.usage);
  }
  const loaded = await loadConfig(flags['config.file'], terminal);
  const config = { ...loaded, projects: pickProjects(loaded, flags.project) };
  if (flags.offline === true) {
    await print(terminal, flags.json === true ? offlineJson(config) : offlineText(config));
    return EXIT.done;
  }
  const projects =
    flags.record === undefined
      ? await readProjects(config, terminal, time, createCollector(ENOUGH_TO_JUDGE))
      : await recordProjects(config, flags.record, terminal, time);

  const now = time.clock();
  const summary = summarize(projects, flags.strict === true);
  await print(
    terminal,
    flags.json === true
      ? checkJson(projects, summary, now)
      : checkText(projects, summary, now, { style: terminal.style, width: terminal.outputWidth }),
  );
  return summary.passed ? EXIT.done : EXIT.failed;
}

/** Reads every project once. */
async function readProjects(
  config: Config,
  terminal: Terminal,
  time: CommandTime,
  collector: Collector,
  recorder?: Recorder,
): Promise<readonly ProjectCheck[]> {
  const inFlight = createInFlightRequests(time.clock);
  const createClient = commandClientFactory(config, terminal);
  return await withInterruption(terminal, async ({ first }) => {
    const stopProgress = showProgress(inFlight, terminal, time);
    const checked = await checkProjects({
      config,
      createClient: (project, observe, sending) => {
        const client = createClient(project, observe, sending, (response) =>
          recorder === undefined
            ? collector.add(project.name, response)
            : recorder.onResponse(project.name, response),
        );
        return recorder?.paced(client, first) ?? client;
      },
      responsesOf: (project, service) =>
        collector.responses().filter((one) => one.project === project && one.service === service),
      ...(recorder && { afterRead: recorder.afterRead }),
      inFlight,
      clock: time.clock,
      deadline: (after) =>
        AbortSignal.timeout(milliseconds(recorder === undefined ? after : LONGEST_RECORDING)),
      stop: first,
    }).finally(stopProgress);
    if (first.aborted) throw new CommandError('interrupted before all checks were done');
    return checked;
  });
}

/** Responses to one operation of a service that are kept to be judged. */
const ENOUGH_TO_JUDGE = 20;

// Requests that are made one after the other take longer than a poll.
const LONGEST_RECORDING = seconds(3600);

async function recordProjects(
  config: Config,
  path: string,
  terminal: Terminal,
  time: CommandTime,
): Promise<readonly ProjectCheck[]> {
  const file = await createRecordingFile(path);
  try {
    const { version } = readBuildInfo(terminal.environment);
    const collector = createCollector();
    const recorder = createRecorder(config, collector, terminal, time, version);
    const checked = await readProjects(
      { ...config, poll: { ...config.poll, concurrency: 1 } },
      terminal,
      time,
      collector,
      recorder,
    );
    await recorder.finish(file, path);
    return checked;
  } finally {
    await file.close();
  }
}

const LONG_WAIT = seconds(3);

/** Shows the slowest pending request on standard error until the returned function is called. */
function showProgress(
  inFlight: InFlightRequests,
  terminal: Terminal,
  { clock, sleep }: CommandTime,
): () => Promise<void> {
  const line = createProgressLine(terminal, clock, { every: seconds(10), quiet: LONG_WAIT });
  const stop = new AbortController();
  const watch = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await sleep(seconds(1), stop.signal).catch(() => undefined);
      const longest = inFlight.longest();
      if (stop.signal.aborted || longest === undefined || longest.waited < LONG_WAIT) continue;
      const { host, operation, project, waited } = longest;
      line.show(
        `Waiting for ${host} (${operation.replaceAll('_', ' ')}, project ${project})`,
        `: ${humanizeDuration(seconds(Math.floor(waited)))}`,
      );
    }
  };
  const watching = watch();
  return async () => {
    stop.abort();
    await watching;
    line.end();
  };
}
