import { createWriteStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import {
  type BackfillGrid,
  type BackfillProgress,
  type ResourceHistory,
  writeBackfill,
} from '../backfill/backfill.ts';
import { resourceHistory, type TimeSpan } from '../backfill/resource-history.ts';
import { formatDuration } from '../config/duration.ts';
import type { Backup } from '../domain/backup.ts';
import { type Seconds, seconds, type UnixSeconds } from '../domain/quantities.ts';
import { fileError } from '../files/file-error.ts';
import { openReplacement, type Replacement } from '../files/replace-file.ts';
import { withoutPolicy } from '../poll/policies.ts';
import { listItems } from '../poll/read-list.ts';
import { failureOf, rejectionsIn, unlistedResources } from '../poll/read-service.ts';
import { createYield } from '../state/event-loop.ts';
import { counted, formatCount, humanizeTime } from '../status/humanize.ts';
import { CommandError, EXIT } from './command-error.ts';
import type { TimestampFlag } from './flag-values.ts';
import { createProgressLine } from './progress-line.ts';
import { readOnce, type ServiceReading } from './read-once.ts';
import { describeService, type ServiceFlags, type Session, withinPoll, withServices } from './session.ts';
import type { Terminal } from './terminal.ts';
import { compact } from './text-table.ts';

interface BackfillFlags extends Pick<ServiceFlags, 'config.file'> {
  readonly since: TimestampFlag;
  readonly until: TimestampFlag;
  readonly step: Seconds;
  readonly job: string;
  readonly instance: string;
  readonly output?: string;
}

export function backfill(flags: BackfillFlags, terminal: Terminal): Promise<number> {
  const grid = gridOf(flags, terminal.clock());
  return withServices(flags, terminal, async (session) => {
    const cannotWrite = (error: unknown): never => {
      throw new CommandError(`cannot write to ${flags.output ?? 'standard output'}: ${fileError(error)}`);
    };
    // First: no need to read what cannot be written.
    const output = await openOutput(flags.output, terminal.output).catch(cannotWrite);
    try {
      const histories = await readHistories(session, grid);
      const line = createProgressLine(terminal, { every: seconds(10), quiet: seconds(0.5) });
      let last: BackfillProgress = { samples: 0, done: 0, earliest: undefined };
      const pieces = writeBackfill(histories, grid, (progress) => {
        last = progress;
        line.show(`${Math.floor(progress.done * 100)}%, ${formatCount(progress.samples)} samples written`);
      });
      const interrupted = session.interruption.first;
      await pipeline(untilAborted(pieces, interrupted), output.stream, { end: false })
        .then(output.commit)
        .catch((error: unknown) => {
          if (!interrupted.aborted) cannotWrite(error);
          throw new CommandError(
            `interrupted; ${flags.output === undefined ? 'the output is incomplete' : 'nothing was written'}`,
          );
        })
        .finally(line.end);
      terminal.writeError(`${summary(last, histories.length)}\n`);
      return EXIT.done;
    } finally {
      await output.abort();
    }
  });
}

function gridOf({ since, until, step, job, instance }: BackfillFlags, now: UnixSeconds): BackfillGrid {
  const grid = { since: since(now), until: until(now), step, job, instance };
  const trouble = troubleOf(grid, now);
  if (trouble !== undefined) throw new CommandError(trouble, EXIT.usage);
  return grid;
}

function troubleOf({ since, until, step }: BackfillGrid, now: UnixSeconds): string | undefined {
  if (since > now) return '--since is in the future';
  if (until > now) return '--until is in the future';
  if (since > until) return '--since is later than --until';
  if (Math.ceil(since / step) * step <= until) return undefined;
  return `no multiple of --step (${formatDuration(step)}) is between --since and --until; use a smaller step or a longer period`;
}

/** The chunks until Ctrl-C, which may also arrive while they are being written. */
async function* untilAborted(pieces: Iterable<string>, signal: AbortSignal): AsyncGenerator<string> {
  const yieldIfDue = createYield();
  for (const piece of pieces) {
    await yieldIfDue();
    signal.throwIfAborted();
    yield piece;
  }
}

function summary({ samples, earliest }: BackfillProgress, resources: number): string {
  if (earliest === undefined) return 'No samples are known for that period; none were written.';
  return `${counted(samples, 'sample')} of ${counted(resources, 'resource')} written, the earliest at ${humanizeTime(earliest)}.`;
}

/**
 * Reads each list of the services once, says what was read and what could not be, and derives the histories of their
 * resources in a period. Throws a {@link CommandError} if backups cannot be read.
 */
async function readHistories(
  { config, services, interruption: { first: interrupted }, terminal }: Session,
  span: TimeSpan,
): Promise<readonly ResourceHistory[]> {
  const histories: ResourceHistory[] = [];
  for (const service of services) {
    let listed = listItems<Backup>();
    const alsoInto = () => {
      listed = listItems<Backup>();
      return listed;
    };
    const options = { ...service, config, clock: terminal.clock, alsoInto };
    const reading = await readOnce(options, withinPoll(config, interrupted));
    if (interrupted.aborted) throw new CommandError('interrupted; nothing was written');
    const failure = failureOf(reading);
    const { scope, served } = reading;
    const where = describeService(service);
    if (failure !== undefined || served === undefined) {
      throw new CommandError(`${where}: ${failure?.reason ?? 'not read'}`);
    }
    for (const remark of remarksOn(reading)) terminal.writeError(`${where}: ${remark}\n`);
    const byResource = Map.groupBy(listed.items, ({ resourceId }) => resourceId);
    // The kind of a resource is only in the inventory, which no longer lists deleted ones.
    const inventory = served.flatMap(({ listing }) => listing ?? []);
    const isInfoInRows = inventory.length > 0 && inventory.every(({ kind }) => kind === undefined);
    for (const resource of served) {
      const backups = byResource.get(resource.id) ?? [];
      histories.push({
        scope,
        points: resourceHistory(resource, resource.objective, backups, span, isInfoInRows),
      });
    }
  }
  return histories;
}

function remarksOn(reading: ServiceReading): readonly string[] {
  const { service, backups, inventory, next, unreadPolicies } = reading;
  const resourcesUnlisted = unlistedResources(reading) ?? 0;
  const { unlisted = 0, overLimit = 0 } = next ?? {};
  const rejected = Object.values(rejectionsIn(reading)).reduce((sum, count) => sum + count, 0);
  return compact([
    `${counted(backups.kind === 'read' ? backups.collected : 0, 'backup')} read`,
    inventory?.kind === 'failed' &&
      `${inventory.reason}; resources without backups and creation times are missing`,
    resourcesUnlisted > 0 &&
      `the service counts ${counted(resourcesUnlisted, 'more resource')} than it lists`,
    rejected > 0 &&
      `${counted(rejected, 'row')} could not be parsed and ${rejected === 1 ? 'was' : 'were'} skipped`,
    unlisted > 0 && `the service counts ${counted(unlisted, 'more backup')} than it lists`,
    overLimit > 0 && `${counted(overLimit, 'resource')} beyond limits.resources left out`,
    unreadPolicies.reason && `${unreadPolicies.reason}; ${withoutPolicy(service.api.policies)}`,
  ]);
}

/**
 * Opens a file for writing, or uses the given stream without one. The file keeps its old content until everything is
 * written, and if that fails. Rejects with system errors.
 */
async function openOutput(path: string | undefined, standardOutput: Writable): Promise<Replacement> {
  const nothing = (): Promise<void> => Promise.resolve();
  if (path === undefined) return { stream: standardOutput, commit: nothing, abort: nothing };
  const found = await stat(path).catch(() => undefined);
  // A symbolic link stays one.
  if (found?.isFile()) return await openReplacement(await realpath(path));
  if (found === undefined) return await openReplacement(path);
  if (found.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
  // A pipe or a device.
  const stream = createWriteStream(path);
  const commit = (): Promise<void> => finished(stream.end());
  return { stream, commit, abort: nothing };
}
