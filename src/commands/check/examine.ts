import { joinSignals } from '../../cloud/abort.ts';
import type { ProjectClient } from '../../cloud/client.ts';
import type { Config, ProjectConfig, ServiceConfig } from '../../config/config.ts';
import type { Clock, Seconds, UnixSeconds } from '../../domain/quantities.ts';
import { createPolicyBook } from '../../poll/policy-book.ts';
import type { ReadFailure } from '../../poll/read-service.ts';
import { readServiceState, type StateReading } from '../../poll/read-state.ts';
import { createPace } from '../../state/pace.ts';
import { serveResources } from '../../state/served.ts';
import { buildStatusReport } from '../../status/build-report.ts';
import type { ResourceStatus } from '../../status/report.ts';

/** What `check` found of one service of a project. */
export interface ServiceExamination {
  readonly service: ServiceConfig['type'];
  /** Graphs or instances; undefined when neither list could be read. */
  readonly resources: readonly ResourceStatus[] | undefined;
  readonly backups: number | undefined;
  readonly rejectedRows: number;
  readonly unlisted: number;
  readonly overLimit: number;
  readonly excluded: number;
  /** What keeps the exporter from its work here, one sentence each. */
  readonly troubles: readonly string[];
}

/** What `check` found of one project. */
export interface ProjectExamination {
  readonly project: string;
  readonly region: string;
  /** Why signing in failed; undefined when it did not. Nothing else was then tried. */
  readonly signInTrouble: string | undefined;
  readonly services: readonly ServiceExamination[];
}

/** What the examination works with. */
export interface ExaminationOptions {
  readonly config: Config;
  readonly createClient: (project: ProjectConfig) => ProjectClient;
  readonly clock: Clock;
  readonly deadline: (after: Seconds) => AbortSignal;
  readonly stop: AbortSignal;
}

/** Signs in to each project and reads each of its services once, as a poll would. */
export function examine(options: ExaminationOptions): Promise<readonly ProjectExamination[]> {
  return Promise.all(options.config.projects.map((project) => examineProject(project, options)));
}

async function examineProject(
  project: ProjectConfig,
  options: ExaminationOptions,
): Promise<ProjectExamination> {
  const client = options.createClient(project);
  const { signal, release } = joinSignals(options.stop, options.deadline(options.config.poll.timeout));
  try {
    const readings = await Promise.all(
      project.services.map((service) => readService(project, service, client, options, signal)),
    );
    const failures = readings.flatMap(({ reading }) => failuresOf(reading));
    const signIn = failures.find(({ operation, outcome }) => isSignIn(operation) || outcome === 'auth');
    return {
      project: project.name,
      region: project.region,
      signInTrouble: signIn?.reason,
      services: signIn === undefined ? readings.map(({ examination }) => examination) : [],
    };
  } finally {
    release();
    await client.close();
  }
}

const isSignIn = (operation: ReadFailure['operation']): boolean =>
  operation === 'sign_in' || operation === 'find_project';

async function readService(
  { name: project, region }: ProjectConfig,
  service: ServiceConfig,
  client: ProjectClient,
  { config, clock }: ExaminationOptions,
  signal: AbortSignal,
): Promise<{ readonly reading: StateReading; readonly examination: ServiceExamination }> {
  const place = { service: service.type, region, project };
  const reader = { client, service, ahead: config.poll.concurrency - 1, place, config };
  const reading = await readServiceState(reader, undefined, clock, signal);
  const { backups, inventory, next } = reading;
  const now = clock();
  const troubles = failuresOf(reading).map(({ reason }) => reason);
  let resources: readonly ResourceStatus[] | undefined;
  if (next !== undefined) {
    const policies = createPolicyBook();
    const unread = await policies.refresh({
      place,
      rpo: config.rpo,
      service,
      client,
      resources: next.resources,
      now,
      signal,
    });
    if (unread.reason !== undefined) troubles.push(unread.reason);
    const served = await serveResources(place, config.rpo, next, policies.objectiveOf, createPace());
    resources = buildStatusReport('', now, [], [served]).resources;
  }
  return {
    reading,
    examination: {
      service: service.type,
      resources,
      backups: backups.kind === 'complete' ? backups.walk.listed : undefined,
      rejectedRows: sum(backups.walk?.rejections) + sum(inventory?.walk?.rejections),
      unlisted: next?.unlisted ?? 0,
      overLimit: next?.overLimit ?? 0,
      excluded: next?.excluded ?? 0,
      troubles,
    },
  };
}

function failuresOf({ backups, inventory }: StateReading): readonly ReadFailure[] {
  return [backups, inventory].filter((reading) => reading?.kind === 'failed');
}

const sum = (counts: Readonly<Record<string, number>> = {}): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** Whether the exporter can do all of its work in a project. */
export const isFine = ({ signInTrouble, services }: ProjectExamination): boolean =>
  signInTrouble === undefined && services.every(({ troubles }) => troubles.length === 0);

/** The resources outside of their objective, or never backed up though old enough to have been. */
export function outsideObjective(
  resources: readonly ResourceStatus[],
  now: UnixSeconds,
): readonly ResourceStatus[] {
  return resources.filter((resource) => resource.standing === 'stale' || isOverdue(resource, now));
}

/** Whether a resource was never backed up though it is older than its objective; an unknown age is old enough. */
function isOverdue({ standing, created, objective }: ResourceStatus, now: UnixSeconds): boolean {
  return (
    standing === 'never' && (created === undefined || objective === undefined || now - created > objective)
  );
}
