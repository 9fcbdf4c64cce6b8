import { createCollector } from '../../recording/collect.ts';
import { CommandError, EXIT } from '../command-error.ts';
import { loadConfig, pickProjects } from '../session.ts';
import { print, type Terminal } from '../terminal.ts';
import { checkProjects } from './check-projects.ts';
import { checkJson, offlineJson } from './json.ts';
import { recordProjects } from './record.ts';
import { summarize } from './results.ts';
import { checkText, offlineText } from './text.ts';

interface CheckFlags {
  readonly 'config.file'?: string;
  readonly project?: string;
  readonly offline?: true;
  readonly strict?: true;
  readonly json?: true;
  readonly record?: string;
}

/** Responses to one operation of a service that are kept to be judged. */
const ENOUGH_TO_JUDGE = 20;

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
  const collector = createCollector(ENOUGH_TO_JUDGE);
  const projects =
    flags.record === undefined
      ? await checkProjects(config, terminal, { collector, longest: config.poll.timeout })
      : await recordProjects(config, terminal, flags.record);
  const summary = summarize(projects, flags.strict === true);
  const [now, width] = [terminal.clock(), terminal.outputWidth];
  await print(
    terminal,
    flags.json
      ? checkJson(projects, summary, now)
      : checkText(projects, summary, { style: terminal.style, width, now }),
  );
  return summary.passed ? EXIT.done : EXIT.failed;
}
