import { type Command, Option } from 'commander';
import { seconds } from '../domain/quantities.ts';
import { type ActionOf, withConfigFile } from './command-line-parts.ts';
import { someText, timestamp, wholeSeconds } from './flag-values.ts';
import { PROGRAM_NAME } from './program.ts';

export function addBackfillCommand(program: Command, actionOf: ActionOf): void {
  withConfigFile(program.command('backfill'))
    .summary('export historical samples as OpenMetrics')
    .description(
      'Export the samples that the exporter would have served in the past, as far as the listed backups show, as OpenMetrics for promtool tsdb create-blocks-from openmetrics.',
    )
    .addOption(
      new Option(
        '--since <time>',
        'start: a duration before now, or a timestamp such as 2026-01-31T00:00:00Z',
      )
        .argParser(timestamp)
        .default(timestamp('30d'), '30d'),
    )
    .addOption(
      new Option('--until <time>', 'end: now, a duration before now, or a timestamp')
        .argParser(timestamp)
        .default(timestamp('now'), 'now'),
    )
    .addOption(
      new Option('--step <duration>', 'interval between samples; graphs have gaps above 5m')
        .argParser(wholeSeconds)
        .default(seconds(240), '4m'),
    )
    .option('--job <name>', 'job label of the live series', someText, 'huaweicloud-backup-exporter')
    .option('--instance <name>', 'instance label of the live series', someText, 'localhost:10045')
    .option('--output <file>', 'write to this file instead of standard output', someText)
    .addHelpText('after', AFTER_HELP)
    .action(actionOf(() => import('./backfill/backfill.ts').then(({ backfill }) => backfill)));
}

const AFTER_HELP = `
Import into Prometheus:
  ${PROGRAM_NAME} backfill --config.file config.yml \\
    --until 3h --instance exporter.example:10045 --output past.om
  promtool tsdb create-blocks-from openmetrics \\
    --max-block-duration=24h past.om /var/lib/prometheus

Use the job and instance labels of the live series, so that the two join up.
A running Prometheus may not have written its last three hours yet, hence
--until 3h. promtool reads the file once per block, hence blocks of a day.
Importing the same samples twice is harmless. Expect over 1 MB of text per
resource and day.

Only what is known is exported:
- Services delete old automatic backups. Assumption: the oldest are deleted
  first, separately for successful and other backups. Nothing is exported for
  the time before the oldest one left, or that depends on deleted ones.
- The number of stored backups, their total size, the oldest backup and the
  counters are never exported.
- The objective is exported only while the newest successful backup is known,
  and never for deleted resources; engine versions only while all backups name
  today's.
Manually deleted backups leave no trace. Names, objectives and the selection
of resources are today's.`;
