import { milliseconds, seconds } from '../../domain/quantities.ts';
import { durationWords } from '../../status/words.ts';
import { CommandError } from '../command-error.ts';
import type { CommandTime } from '../command-time.ts';
import { commandClientFactory, loadConfig, pickProjects } from '../configured.ts';
import { EXIT } from '../exit-codes.ts';
import type { CheckFlags } from '../flags.ts';
import { withInterruption } from '../interruption.ts';
import { createProgressLine } from '../progress-line.ts';
import { print, type Terminal } from '../terminal.ts';
import { checkProjects } from './check-projects.ts';
import { createInFlightRequests, type InFlightRequests } from './in-flight.ts';
import { checkJson, offlineJson } from './json.ts';
import { summarize } from './summary.ts';
import { checkText, offlineText } from './text.ts';

/** Checks what the configuration needs; resolves with the exit code. */
export async function check(flags: CheckFlags, terminal: Terminal, time: CommandTime): Promise<number> {
  const loaded = await loadConfig(flags['config.file'], terminal);
  const config = { ...loaded, projects: pickProjects(loaded, flags.project) };
  if (flags.offline === true) {
    await print(terminal, flags.json === true ? offlineJson(config) : offlineText(config));
    return EXIT.done;
  }
  const inFlight = createInFlightRequests(time.clock);
  const projects = await withInterruption(terminal, async ({ first }) => {
    const stopProgress = showProgress(inFlight, terminal, time);
    const checked = await checkProjects({
      config,
      createClient: commandClientFactory(config, terminal),
      inFlight,
      clock: time.clock,
      deadline: (after) => AbortSignal.timeout(milliseconds(after)),
      stop: first,
    }).finally(stopProgress);
    if (first.aborted) throw new CommandError('interrupted before all checks were done');
    return checked;
  });

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

const LONG_WAIT = seconds(3);

/** Names on standard error the endpoint that keeps everyone waiting; the returned function ends that. */
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
        `: ${durationWords(seconds(Math.floor(waited)))}`,
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
