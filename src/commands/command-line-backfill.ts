import type { Command } from 'commander';
import { type Seconds, seconds, unixSeconds } from '../domain/quantities.ts';
import { PROGRAM_NAME } from './build.ts';
import { configFileFlag, type RunCommand } from './command-line-parts.ts';
import type { CommandTime } from './command-time.ts';
import { flag, moment, someText, wholeSeconds } from './flag-values.ts';
import type { BackfillFlags, MomentFlag } from './flags.ts';
import type { Terminal } from './terminal.ts';

/** Adds `backfill`. */
export function addBackfillCommand(
  program: Command,
  terminal: Terminal,
  time: CommandTime,
  run: RunCommand,
): void {
  program
    .command('backfill')
    .summary('write the past that the services can still tell of, for promtool')
    .description(
      'write the series that the exporter would have served in the past, as far as the services can still tell, as OpenMetrics for promtool tsdb create-blocks-from openmetrics',
    )
    .addOption(configFileFlag())
    .addOption(
      flag(
        '--since <time>',
        'from when on: so long ago, or a time such as 2026-01-31T00:00:00Z',
        moment,
      ).default(ago(seconds(30 * 86_400)), '30d'),
    )
    .addOption(
      flag('--until <time>', 'until when: now, so long ago, or a time', moment).default(
        ago(seconds(0)),
        'now',
      ),
    )
    .addOption(
      flag('--step <duration>', 'time between two samples; above 5m graphs have gaps', wholeSeconds).default(
        seconds(240),
        '4m',
      ),
    )
    .addOption(
      flag('--job <name>', 'label job of the live series', someText).default('huaweicloud-backup-exporter'),
    )
    .addOption(
      flag('--instance <name>', 'label instance of the live series', someText).default('localhost:10045'),
    )
    .addOption(flag('--output <file>', 'write to this file instead of standard output', someText))
    .addHelpText('after', AFTER_HELP)
    .action((flags: BackfillFlags) =>
      run(import('./backfill/backfill.ts').then(({ backfill }) => backfill(flags, terminal, time))),
    );
}

const ago =
  (length: Seconds): MomentFlag =>
  (now) =>
    unixSeconds(now - length);

const AFTER_HELP = `
How Prometheus takes it in:
  ${PROGRAM_NAME} backfill --config.file config.yml \\
    --until 3h --instance exporter.example:10045 --output past.om
  promtool tsdb create-blocks-from openmetrics \\
    --max-block-duration=24h past.om /var/lib/prometheus

The labels job and instance have to be those of the live series, so that both
are one. A Prometheus that runs may still be writing its last three hours, hence
--until 3h. promtool reads the file once for each block that it makes, hence the
blocks of a day. Written again, the samples have the same times and values.
The text of a graph or instance takes a good megabyte for each day.

What cannot be known is not written:
- Services delete old automatic backups. It is taken that they delete the oldest
  first, good ones and others by the same rule. What was before the oldest one
  that is left is not written, nor what depends on those that are gone.
- How many backups were stored, their size together, the oldest of them, and
  what the exporter would have counted.
- The objective where the newest good backup is not known, and of what is gone;
  an engine's version before all backups name that of today.
Backups that someone deleted by hand are missing as if they had never been.
Names, objectives and the choice of resources are those of today.`;
