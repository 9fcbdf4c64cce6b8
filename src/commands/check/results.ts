import type { Config, ProjectConfig, ServiceConfig } from '../../config/config.ts';
import { formatDuration } from '../../config/duration.ts';
import type { UnixSeconds } from '../../domain/quantities.ts';
import type { ReadFailure } from '../../poll/read-list.ts';
import { failureOf, rejectionsIn, unlistedResources } from '../../poll/read-service.ts';
import type { CollectedResponse } from '../../recording/collect.ts';
import { contradictions } from '../../services/assumptions.ts';
import { serviceOf } from '../../services/index.ts';
import { counted } from '../../status/humanize.ts';
import { type ResourceStatus, resourceStatuses } from '../../status/report.ts';
import type { ServiceReading } from '../read-once.ts';
import { compact } from '../text-table.ts';

/**
 * Whether the credentials work. `unknown`: nothing that could check them was reached. `failed`: signing in failed, or
 * every service refused them.
 */
export type CredentialsCheck =
  | { readonly kind: 'signed_in' | 'accepted' | 'unknown' }
  | { readonly kind: 'failed'; readonly reason: string };

/** What was read of a project. */
interface ProjectReading {
  readonly project: ProjectConfig;
  readonly services: readonly ServiceReading[];
  readonly responses: readonly CollectedResponse[];
  readonly signedIn: boolean;
  readonly passwordExpires: UnixSeconds | undefined;
}

export type ProjectCheck = Readonly<ReturnType<typeof checkReading>>;

export function checkReading(
  { project, services: readings, responses, signedIn, passwordExpires }: ProjectReading,
  config: Config,
  now: UnixSeconds,
) {
  const advise = createAdviser(project, config, readings.map(failureOf));
  const credentials = credentialsCheck(readings, signedIn, advise);
  const known = credentials.kind === 'failed' ? credentials.reason : undefined;
  const shown = readings.filter((reading) => project.namesServices || failureOf(reading) === undefined);
  return {
    project: project.name,
    region: project.region,
    credentials,
    /** When the password of the user expires; undefined if unknown. */
    passwordExpires,
    /** The configured services; if none are named, those that responded. */
    services: (shown.length === 0 ? readings : shown).map((reading) =>
      checkService(reading, onlyNew(problemsOf(reading, advise, config), known), responses, now),
    ),
    /** If no services are named: those that refused access, and what to grant. */
    refused: project.namesServices ? undefined : refusalsIn(readings, advise),
  };
}

export type ServiceCheck = Readonly<ReturnType<typeof checkService>>;

function checkService(
  reading: ServiceReading,
  problems: readonly string[],
  responses: readonly CollectedResponse[],
  now: UnixSeconds,
) {
  const { scope, backups, next, served } = reading;
  const { type, api } = reading.service;
  const rejections = Object.entries(rejectionsIn(reading));
  const seen = responses.filter((one) => one.project === scope.project && one.service === type);
  return {
    service: type,
    /** Undefined when the backups could not be read. */
    resources: served && resourceStatuses({ ...scope, resources: served }, true, now),
    backups: backups.kind === 'read' ? backups.collected : undefined,
    /** Rows that could not be parsed, by reason; only reasons that occurred. */
    rejectedRows: Object.fromEntries(rejections.filter(([, count]) => count > 0)),
    unlisted: next?.unlisted ?? 0,
    resourcesUnlisted: unlistedResources(reading) ?? 0,
    overLimit: next?.overLimit ?? 0,
    excluded: next?.excluded.size ?? 0,
    /** The failed checks, one sentence each. */
    problems,
    /** Where the service is not as the exporter assumes: an assumption of docs/evidence.md, and what was found instead. */
    contradictions: contradictions(serviceOf(type), { api, responses: seen }).map(
      ({ assumption, because }) => ({ assumption: assumption.id, found: because }),
    ),
  };
}

const refusalsIn = (readings: readonly ServiceReading[], advise: Adviser) =>
  readings.flatMap((reading) => {
    const { service } = reading;
    const failure = failureOf(reading);
    if (failure?.outcome !== 'permission') return [];
    return [{ service: service.type, reason: advise(failure, service) }];
  });

function credentialsCheck(
  readings: readonly ServiceReading[],
  signedIn: boolean,
  advise: Adviser,
): CredentialsCheck {
  const failures = readings.map(failureOf);
  const [first] = readings;
  const [failure] = failures;
  if (first !== undefined && failure !== undefined && failures.every(isAboutCredentials)) {
    return { kind: 'failed', reason: advise(failure, first.service) };
  }
  if (signedIn) return { kind: 'signed_in' };
  return { kind: failures.some(isAccepted) ? 'accepted' : 'unknown' };
}

const isAboutCredentials = (failure: ReadFailure | undefined): boolean =>
  failure?.operation === 'sign_in' || failure?.operation === 'find_project' || failure?.outcome === 'auth';

/** Whether a service accepted the credentials. */
const isAccepted = (failure: ReadFailure | undefined): boolean =>
  failure === undefined || failure.outcome === 'permission' || failure.outcome === 'incomplete';

function problemsOf(reading: ServiceReading, advise: Adviser, { limits }: Config): readonly string[] {
  const { service, backups, inventory, next, unreadPolicies } = reading;
  const failure = failureOf(reading);
  const unreadRuns = backups.kind === 'read' ? backups.failedRunsUnread : undefined;
  const { count, reason } = unreadPolicies;
  const overLimit = next?.overLimit ?? 0;
  return compact([
    failure && advise(failure, service),
    inventory?.kind === 'failed' && advise(inventory, service),
    unreadRuns && `${advise(unreadRuns, service)}; failed runs that left no backup are not seen`,
    reason && `${reason}; ${count} backup ${count === 1 ? 'policy was' : 'policies were'} not read`,
    overLimit > 0 &&
      `${counted(overLimit, 'resource')} beyond limits.resources (${limits.resources}) would not be served; raise the limit, or select fewer with include or exclude`,
  ]);
}

/** Leaves out sentences with a reason that was given before: both lists often fail for the same one. */
function onlyNew(sentences: readonly string[], known = ''): readonly string[] {
  const reasons = [known, ...sentences].map((sentence) => sentence.replace(/^cannot [^:]+: /, ''));
  return sentences.filter((_, index) => reasons.indexOf(reasons[index + 1] ?? '') === index + 1);
}

/** Why a list could not be read and what to do about it: the failure's own text, and what `check` can add. */
type Adviser = (failure: ReadFailure, service: ServiceConfig) => string;

/** Advice for the failures of one project. `lists`: failures of its backup lists, undefined for a success. */
function createAdviser(
  project: ProjectConfig,
  { poll }: Config,
  lists: readonly (ReadFailure | undefined)[],
): Adviser {
  const isForeignProject =
    project.projectId !== undefined &&
    !isBoundToProject(project) &&
    lists.every((failure) => failure?.outcome === 'permission');

  return (failure, service) => {
    const { outcome } = failure;
    const advice = [failure.reason];
    if (outcome === 'permission' && isOfInventory(failure, service)) {
      const { many } = serviceOf(service.type).resource;
      advice.push(`or set inventory: false, and ${many} without backups will not be seen`);
    }
    if (outcome === 'permission' && isForeignProject) {
      advice.push('or project_id does not belong to these credentials');
    }
    if (outcome === 'network' && followsFromRegion(endpointOf(failure, project, service), project)) {
      advice.push(`the host name is derived from region ${project.region}`);
    }
    if (outcome === 'timeout') advice.push(`poll.timeout is ${formatDuration(poll.timeout)}`);
    return advice.join('; ');
  };
}

/** Whether a successful sign-in proves that the credentials belong to the project. */
const isBoundToProject = ({ credentials: { type } }: ProjectConfig): boolean =>
  type === 'password' || type === 'oidc';

const isOfInventory = ({ operation }: ReadFailure, { api }: ServiceConfig): boolean =>
  api.backups.of === 'project' && operation === api.resources.call.operation;

const endpointOf = ({ operation }: ReadFailure, project: ProjectConfig, service: ServiceConfig): string =>
  operation === 'sign_in' || operation === 'find_project' ? project.iamEndpoint : service.endpoint;

const followsFromRegion = (endpoint: string, { region }: ProjectConfig): boolean =>
  new URL(endpoint).hostname.split('.').includes(region);

export type CheckSummary = Readonly<ReturnType<typeof summarize>>;

/** `strict`: whether a resource outside its objective is a failed check. */
export function summarize(projects: readonly ProjectCheck[], strict: boolean) {
  const failing = projects.filter((project) => !hasPassed(project, strict)).length;
  const outside = projects.reduce((sum, project) => sum + countOutside(project), 0);
  return { passed: failing === 0, failing, outside, strict };
}

export const hasPassed = (project: ProjectCheck, strict: boolean): boolean =>
  project.credentials.kind !== 'failed' &&
  project.services.every(({ problems }) => problems.length === 0) &&
  !(strict && countOutside(project) > 0);

const countOutside = ({ services }: ProjectCheck): number =>
  services.reduce((sum, { resources = [] }) => sum + outsideObjective(resources).length, 0);

/** The resources outside their objective, including those overdue that were never backed up. */
export const outsideObjective = (resources: readonly ResourceStatus[]): readonly ResourceStatus[] =>
  resources.filter(({ states: [state] }) => state === 'stale' || state === 'never_backed_up');
