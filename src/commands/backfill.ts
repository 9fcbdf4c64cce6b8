import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ProjectClient } from '../cloud/client.ts';
import type { Config } from '../config/config.ts';
import type { Backup } from '../domain/backup.ts';
import { systemClock } from '../domain/quantities.ts';
import { type BackfillGrid, type PlacedHistory, writeBackfill } from '../history/backfill.ts';
import { resourceHistory } from '../history/resource-history.ts';
import { createPinoLog } from '../log/pino-log.ts';
import { createPolicyBook } from '../poll/policy-book.ts';
import { listBackups } from '../poll/read-service.ts';
import { readServiceState } from '../poll/read-state.ts';
import { createPace } from '../state/pace.ts';
import { serveResources } from '../state/served.ts';
import { projectClientFactory } from './client-factory.ts';
import { CommandError } from './command-error.ts';
import { loadConfig, type PickedService, pickServices } from './configured.ts';
import { EXIT } from './exit-codes.ts';
import type { BackfillFlags } from './flags.ts';
import type { Terminal } from './terminal.ts';

/** `backfill`: writes the past that the services can still tell of, for Prometheus to take in. */
export async function backfill(flags: BackfillFlags, terminal: Terminal): Promise<number> {
  const now = systemClock();
  const grid: BackfillGrid = {
    since: flags.since(now),
    until: flags.until(now),
    step: flags.step,
    job: flags.job,
    instance: flags.instance,
  };
  if (grid.since > grid.until) throw new CommandError('--since is later than --until', EXIT.usage);
  const config = await loadConfig(flags['config.file'], terminal);
  const log = createPinoLog({ level: 'error', format: 'logfmt' }, terminal.writeError);
  const createClient = projectClientFactory(terminal.environment, log);
  const histories: PlacedHistory[] = [];
  for (const project of config.projects) {
    const client = createClient(project, config.poll, () => undefined);
    try {
      for (const picked of pickServices(config, { project: project.name })) {
        histories.push(...(await historiesOf(picked, client, config)));
        terminal.writeError(`${project.name}: ${picked.service.type} read\n`);
      }
    } finally {
      await client.close();
    }
  }
  let samples = 0;
  const text = Readable.from(
    writeBackfill(histories, grid, (count) => {
      samples = count;
    }),
  );
  const destination: Writable =
    flags.output === undefined ? terminal.output : createWriteStream(flags.output);
  try {
    await pipeline(text, destination, { end: flags.output !== undefined });
  } catch (error) {
    throw new CommandError(
      `cannot write ${flags.output ?? 'to standard output'}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  terminal.writeError(`${samples} samples of ${histories.length} resources written\n`);
  return EXIT.done;
}

async function historiesOf(
  { project, service }: PickedService,
  client: ProjectClient,
  config: Config,
): Promise<readonly PlacedHistory[]> {
  const place = { service: service.type, region: project.region, project: project.name };
  const reader = { client, service, ahead: config.poll.concurrency - 1 };
  const signal = AbortSignal.timeout(config.poll.timeout * 1000);
  const [{ backups: reading, next }, listed] = await Promise.all([
    readServiceState({ ...reader, place, config }, undefined, systemClock, signal),
    listBackups(reader, signal),
  ]);
  if (reading.kind === 'failed') throw new CommandError(`${project.name}: ${reading.reason}`);
  if (listed.kind === 'failed') throw new CommandError(`${project.name}: ${listed.reason}`);
  if (next === undefined) return [];
  const policies = createPolicyBook();
  await policies.refresh({
    place,
    rpo: config.rpo,
    service,
    client,
    resources: next.resources,
    now: systemClock(),
    signal,
  });
  const served = await serveResources(place, config.rpo, next, policies.objectiveOf, createPace());
  const byResource = Map.groupBy(listed.items.backups, ({ resourceId }: Backup) => resourceId);
  return served.resources
    .map((resource) => ({
      place,
      points: resourceHistory(resource, resource.objective, byResource.get(resource.id) ?? []),
    }))
    .filter(({ points }) => points.length > 0);
}
