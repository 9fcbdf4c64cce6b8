import type { PlacedHistory } from '../../backfill/backfill.ts';
import { resourceHistory, type TimeSpan } from '../../backfill/resource-history.ts';
import type { ProjectClient } from '../../cloud/client.ts';
import type { Config } from '../../config/config.ts';
import type { Backup } from '../../domain/backup.ts';
import type { Clock } from '../../domain/quantities.ts';
import { createPolicyBook } from '../../poll/policy-book.ts';
import { readServiceState, type StateReading } from '../../poll/read-state.ts';
import { sourceOf } from '../../sources/source-of.ts';
import type { ResourcePlace } from '../../state/objective.ts';
import { createPace } from '../../state/pace.ts';
import { type ServedResource, serveResources } from '../../state/served.ts';
import type { ServiceState } from '../../state/service-state.ts';
import { countWords } from '../../status/words.ts';
import { CommandError } from '../command-error.ts';
import { type PickedService, placeWords } from '../configured.ts';
import { noteBackups } from './noting-client.ts';

/** A service whose past is wanted. */
export interface HistoryReading {
  readonly picked: PickedService;
  readonly client: ProjectClient;
  readonly config: Config;
  /** The time of which it is wanted. */
  readonly span: TimeSpan;
  readonly clock: Clock;
  /** Aborts at Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** Says what was read and what could not be. */
  readonly tell: (remark: string) => void;
}

/**
 * Reads each list of a service once, as a poll does, and makes the histories of the resources that would be served.
 * Throws a {@link CommandError} when the backups cannot be read.
 */
export async function readHistories(reading: HistoryReading): Promise<readonly PlacedHistory[]> {
  const { picked, config, interrupted } = reading;
  const { project, service } = picked;
  const place: ResourcePlace = { service: service.type, region: project.region, project: project.name };
  const { client, noted } = noteBackups(reading.client, sourceOf(service).backups);
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(config.poll.timeout * 1000)]);
  const reader = { client, service, ahead: config.poll.concurrency - 1, place, config };
  const state = await readServiceState(reader, undefined, signal);
  if (interrupted.aborted) throw new CommandError('interrupted; nothing was written');
  const { backups, next } = state;
  if (backups.kind === 'failed' || next === undefined) {
    throw new CommandError(
      `${placeWords(picked)}: ${backups.kind === 'failed' ? backups.reason : 'not read'}`,
    );
  }
  for (const remark of remarksOn(state, next)) reading.tell(`${placeWords(picked)}: ${remark}`);
  // An earlier walk of the list may have met backups that were gone in the last one.
  const listed = Array.from(noted.values()).filter(({ id }) => backups.walk.ids.has(id));
  const byResource = Map.groupBy(listed, ({ resourceId }: Backup) => resourceId);
  const served = await servedNow(reading, place, next, signal);
  return served.map((resource) => ({
    place,
    points: resourceHistory(resource, resource.objective, byResource.get(resource.id) ?? [], reading.span),
  }));
}

async function servedNow(
  { picked, client, config, clock, tell }: HistoryReading,
  place: ResourcePlace,
  next: ServiceState,
  signal: AbortSignal,
): Promise<readonly ServedResource[]> {
  const { rpo } = config;
  const policies = createPolicyBook();
  const { resources } = next;
  const { service } = picked;
  const unread = await policies.refresh({ place, rpo, service, client, resources, now: clock(), signal });
  if (unread.reason !== undefined) tell(`${placeWords(picked)}: ${unread.reason}; rpo.default stands in`);
  return (await serveResources(place, rpo, next, policies.objectiveOf, createPace())).resources;
}

function remarksOn(
  { backups, inventory }: StateReading,
  { unlisted, overLimit }: ServiceState,
): readonly string[] {
  const listed = backups.walk?.listed ?? 0;
  const rejections = [backups.walk?.rejections, inventory?.walk?.rejections].flatMap((counts) =>
    Object.values(counts ?? {}),
  );
  const rejected = rejections.reduce((sum, count) => sum + count, 0);
  return [
    `${countWords(listed)} backups read`,
    ...(inventory?.kind === 'failed'
      ? [`${inventory.reason}; resources without backups and times of creation are missing`]
      : []),
    ...(rejected > 0 ? [`${countWords(rejected)} rows could not be read and are missing`] : []),
    ...(unlisted > 0
      ? [`${countWords(unlisted)} backups that the service counts are not listed and missing`]
      : []),
    ...(overLimit > 0 ? [`${countWords(overLimit)} resources are over limits.resources and missing`] : []),
  ];
}
