import type { Config } from '../../config/config.ts';
import { milliseconds, type Seconds, seconds, type UnixSeconds } from '../../domain/quantities.ts';
import { type Collector, createCollector } from '../../recording/collect.ts';
import { humanizeDuration } from '../../status/humanize.ts';
import { withClients } from '../clients.ts';
import { CommandError, EXIT } from '../command-error.ts';
import { loadConfig, pickProjects } from '../configured.ts';
import { createProgressLine } from '../progress-line.ts';
import { print, type Terminal } from '../terminal.ts';
import { type CheckOptions, checkProjects } from './check-projects.ts';
import { checkJson, offlineJson } from './json.ts';
import { createRecorder, type Recorder, withNewFile } from './record.ts';
import { type ProjectCheck, summarize } from './results.ts';
import { checkText, offlineText } from './text.ts';

interface CheckFlags {
  readonly 'config.file'?: string;
  readonly project?: string;
  readonly offline?: true;
  readonly strict?: true;
  readonly json?: true;
  readonly record?: string;
}

export async function check(flags: CheckFlags, terminal: Terminal): Promise<number> {
  if (flags.offline && flags.record !== undefined) {
    throw new CommandError('--record needs the cloud; leave out --offline', EXIT.usage);
  }
  const loaded = await loadConfig(flags['config.file'], terminal);
  const config = { ...loaded, projects: pickProjects(loaded, flags.project) };
  if (flags.offline) {
    await print(terminal, flags.json ? offlineJson(config) : offlineText(config));
    return EXIT.done;
  }
  const projects =
    flags.record === undefined
      ? await readProjects(config, terminal, createCollector(ENOUGH_TO_JUDGE), config.poll.timeout)
      : await recordProjects(config, flags.record, terminal);

  const now = terminal.clock();
  const summary = summarize(projects, flags.strict === true);
  await print(
    terminal,
    flags.json
      ? checkJson(projects, summary, now)
      : checkText(projects, summary, { style: terminal.style, width: terminal.outputWidth, now }),
  );
  return summary.passed ? EXIT.done : EXIT.failed;
}

/** Responses to one operation of a service that are kept to be judged. */
const ENOUGH_TO_JUDGE = 20;

// Requests that are made one after the other take longer than a poll.
const LONGEST_RECORDING = seconds(3600);

/** Reads every project once, each within `longest`. */
async function readProjects(
  config: Config,
  terminal: Terminal,
  { add, responses, paced, afterRead }: Collector & Partial<Recorder>,
  longest: Seconds,
): Promise<readonly ProjectCheck[]> {
  return await withClients(config, terminal, async (clientOf, { first }) => {
    const { sending, stop } = showPending(terminal);
    const checked = await checkProjects({
      config,
      createClient: (project, hooks) => {
        const client = clientOf(project, { ...hooks, onResponse: (one) => add(project.name, one) });
        return paced?.(client, first) ?? client;
      },
      sending,
      responsesOf: (project, service) =>
        responses().filter((one) => one.project === project && one.service === service),
      ...(afterRead && { afterRead }),
      clock: terminal.clock,
      limit: () => AbortSignal.any([first, AbortSignal.timeout(milliseconds(longest))]),
    }).finally(stop);
    if (first.aborted) throw new CommandError('interrupted before all checks were done');
    return checked;
  });
}

const recordProjects = (config: Config, path: string, terminal: Terminal): Promise<readonly ProjectCheck[]> =>
  withNewFile(path, async (write) => {
    const recorder = createRecorder(config, terminal);
    const oneByOne = { ...config, poll: { ...config.poll, concurrency: 1 } };
    const checked = await readProjects(oneByOne, terminal, recorder, LONGEST_RECORDING);
    await recorder.finish(path, write);
    return checked;
  });

const LONG_WAIT = seconds(3);

/** Shows the slowest of the pending requests until stopped. */
function showPending(
  terminal: Terminal,
): Pick<CheckOptions, 'sending'> & { readonly stop: () => Promise<void> } {
  const { clock, sleep } = terminal;
  const line = createProgressLine(terminal, { every: seconds(10), quiet: LONG_WAIT });
  // In the order in which they were sent.
  const pending = new Set<{ readonly what: string; readonly sent: UnixSeconds }>();
  const stopped = new AbortController();

  const watch = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await sleep(seconds(1), stopped.signal).catch(() => undefined);
      const [longest] = pending;
      if (stopped.signal.aborted || longest === undefined) continue;
      const waited = clock() - longest.sent;
      if (waited < LONG_WAIT) continue;
      line.show(`Waiting for ${longest.what}`, `: ${humanizeDuration(seconds(Math.floor(waited)))}`);
    }
  };
  const watching = watch();

  return {
    sending: (project, { host, operation }) => {
      const what = `${host} (${operation.replaceAll('_', ' ')}, project ${project})`;
      const request = { what, sent: clock() };
      pending.add(request);
      return () => void pending.delete(request);
    },
    stop: async () => {
      stopped.abort();
      await watching;
      line.end();
    },
  };
}
