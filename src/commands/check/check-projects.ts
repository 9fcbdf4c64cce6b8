import type { ProjectClient, SendingHook } from '../../cloud/client.ts';
import type { Config, ProjectConfig, ServiceConfig } from '../../config/config.ts';
import { formatDuration } from '../../config/duration.ts';
import type { Clock } from '../../domain/quantities.ts';
import { sumRejections } from '../../poll/read-backups.ts';
import type { ReadFailure } from '../../poll/read-list.ts';
import { failureOf } from '../../poll/read-service.ts';
import { contradictions } from '../../services/assumptions.ts';
import type { SeenResponse } from '../../services/evidence.ts';
import { serviceOf } from '../../services/index.ts';
import { counted } from '../../status/humanize.ts';
import { resourceStatuses } from '../../status/report.ts';
import type { ClientHooks } from '../clients.ts';
import { readOnce, type ServiceReading } from '../read-once.ts';
import { compact } from '../text-table.ts';
import type { CredentialsCheck, ProjectCheck, ServiceCheck } from './results.ts';

export interface CheckOptions {
  readonly config: Config;
  /** Creates the client of a project; the caller closes it. */
  readonly createClient: (project: ProjectConfig, hooks: ClientHooks) => ProjectClient;
  /** Called when a request of a project is sent, as a {@link SendingHook} is. */
  readonly sending: (project: string, ...request: Parameters<SendingHook>) => () => void;
  /** What a service returned, as far as it was kept. */
  readonly responsesOf: (project: string, service: string) => readonly SeenResponse[];
  /** Called after each service was read. */
  readonly afterRead?: (reading: ServiceReading, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  /** A signal that aborts when the time for one project is over, or at Ctrl-C. */
  readonly limit: () => AbortSignal;
}

/** Signs in to each project and reads each of its services once, as a poll would. */
export function checkProjects(options: CheckOptions): Promise<readonly ProjectCheck[]> {
  return Promise.all(options.config.projects.map((project) => checkProject(project, options)));
}

async function checkProject(project: ProjectConfig, options: CheckOptions): Promise<ProjectCheck> {
  let signedIn = false;
  const client = options.createClient(project, {
    observe: ({ operation, code }) => {
      if (operation === 'sign_in' && code.startsWith('2')) signedIn = true;
    },
    sending: (request) => options.sending(project.name, request),
  });
  const signal = options.limit();
  const readings = await Promise.all(
    project.services.map(async (service) => {
      const reading = await readOnce({ ...options, project, service, client }, signal);
      await options.afterRead?.(reading, signal);
      return reading;
    }),
  );
  const advise = createAdviser(project, options.config, readings.map(failureOf));
  const credentials = credentialsCheck(readings, signedIn, advise);
  const shown = readings.filter((reading) => project.namesServices || failureOf(reading) === undefined);
  return {
    project: project.name,
    region: project.region,
    credentials,
    passwordExpires: client.passwordExpiresAt(),
    services: (shown.length === 0 ? readings : shown).map((reading) =>
      serviceCheck(reading, credentials, advise, options),
    ),
    refused: project.namesServices ? undefined : refusalsIn(readings, advise),
  };
}

const refusalsIn = (readings: readonly ServiceReading[], advise: Adviser): ProjectCheck['refused'] =>
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

function serviceCheck(
  reading: ServiceReading,
  credentials: CredentialsCheck,
  advise: Adviser,
  { config, clock, responsesOf }: CheckOptions,
): ServiceCheck {
  const { project, service, scope, backups, inventory, next, served } = reading;
  const { type, api } = service;
  const rejections = sumRejections([
    backups.kind === 'read' ? backups.rejections : backups.walk?.rejections,
    inventory?.walk?.rejections,
  ]);
  const seen = { api, responses: responsesOf(project.name, type) };
  return {
    service: type,
    resources: served && resourceStatuses({ ...scope, resources: served }, true, clock()),
    backups: backups.kind === 'read' ? backups.listed : undefined,
    rejectedRows: Object.fromEntries(Object.entries(rejections).filter(([, count]) => count > 0)),
    unlisted: next?.unlisted ?? 0,
    overLimit: next?.overLimit ?? 0,
    excluded: next?.excluded.size ?? 0,
    problems: onlyNew(
      problemsOf(reading, advise, config),
      credentials.kind === 'failed' ? credentials.reason : undefined,
    ),
    contradictions: contradictions(serviceOf(type), seen).map(({ assumption, because }) => ({
      assumption: assumption.id,
      found: because,
    })),
  };
}

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
function onlyNew(sentences: readonly string[], known: string | undefined): readonly string[] {
  const said = new Set(known === undefined ? [] : [whyOf(known)]);
  return sentences.filter((sentence) => {
    const isNew = !said.has(whyOf(sentence));
    said.add(whyOf(sentence));
    return isNew;
  });
}

const whyOf = (sentence: string): string => sentence.replace(/^cannot [^:]+: /, '');

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
      advice.push(`the host name is derived from region ${project.region}, check that too`);
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
