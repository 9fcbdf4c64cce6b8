import type { ProjectClient } from '../../cloud/client.ts';
import type { Config, ProjectConfig, ServiceConfig } from '../../config/config.ts';
import { formatDuration } from '../../config/duration.ts';
import { milliseconds, type Seconds, type UnixSeconds } from '../../domain/quantities.ts';
import { sumRejections } from '../../poll/read-backups.ts';
import type { ReadFailure } from '../../poll/read-list.ts';
import { failureOf } from '../../poll/read-service.ts';
import type { CollectedResponse, Collector } from '../../recording/collect.ts';
import { contradictions } from '../../services/assumptions.ts';
import { serviceOf } from '../../services/index.ts';
import { counted } from '../../status/humanize.ts';
import { resourceStatuses } from '../../status/report.ts';
import { withClients } from '../clients.ts';
import { CommandError } from '../command-error.ts';
import { showPending } from '../progress-line.ts';
import { readOnce, type ServiceReading } from '../read-once.ts';
import type { Terminal } from '../terminal.ts';
import { compact } from '../text-table.ts';
import type { CredentialsCheck, ProjectCheck, ServiceCheck } from './results.ts';

export interface CheckOptions {
  readonly collector: Collector;
  /** How long one project may take. */
  readonly longest: Seconds;
  /** Slows the requests of a client down. */
  readonly paced?: (client: ProjectClient, interrupted: AbortSignal) => ProjectClient;
  /** Called after each service was read. */
  readonly afterRead?: (reading: ServiceReading, signal: AbortSignal) => Promise<void>;
}

/** Signs in to each project and reads each of its services once, as a poll would. */
export async function checkProjects(
  config: Config,
  terminal: Terminal,
  { collector, longest, paced, afterRead }: CheckOptions,
): Promise<readonly ProjectCheck[]> {
  const { clock } = terminal;
  return await withClients(config, terminal, async (clientOf, { first: interrupted }) => {
    const pending = showPending(terminal);
    const checkProject = async (project: ProjectConfig): Promise<ProjectCheck> => {
      let signedIn = false;
      const client = clientOf(project, {
        observe: ({ operation, code }) => {
          if (operation === 'sign_in' && code.startsWith('2')) signedIn = true;
        },
        sending: (request) => pending.sending(project.name, request),
        onResponse: (response) => collector.add(project.name, response),
      });
      const reader = { project, client: paced?.(client, interrupted) ?? client, config, clock };
      const signal = AbortSignal.any([interrupted, AbortSignal.timeout(milliseconds(longest))]);
      const readings = await Promise.all(
        project.services.map(async (service) => {
          const reading = await readOnce({ ...reader, service }, signal);
          await afterRead?.(reading, signal);
          return reading;
        }),
      );
      const found = { readings, signedIn, passwordExpires: client.passwordExpiresAt(), now: clock() };
      return judge(project, found, collector.responses(), config);
    };
    const checked = await Promise.all(config.projects.map(checkProject)).finally(pending.stop);
    if (interrupted.aborted) throw new CommandError('interrupted before all checks were done');
    return checked;
  });
}

/** What was found of a project. */
interface Found extends Pick<ProjectCheck, 'passwordExpires'> {
  readonly readings: readonly ServiceReading[];
  readonly signedIn: boolean;
  readonly now: UnixSeconds;
}

function judge(
  project: ProjectConfig,
  { readings, signedIn, passwordExpires, now }: Found,
  responses: readonly CollectedResponse[],
  config: Config,
): ProjectCheck {
  const advise = createAdviser(project, config, readings.map(failureOf));
  const credentials = credentialsCheck(readings, signedIn, advise);
  const shown = readings.filter((reading) => project.namesServices || failureOf(reading) === undefined);
  const services = (shown.length === 0 ? readings : shown).map((reading): ServiceCheck => {
    const { service, scope, backups, inventory, next, served } = reading;
    const { type, api } = service;
    const rejections = sumRejections([
      backups.kind === 'read' ? backups.rejections : backups.walk?.rejections,
      inventory?.walk?.rejections,
    ]);
    const seen = responses.filter((one) => one.project === project.name && one.service === type);
    return {
      service: type,
      resources: served && resourceStatuses({ ...scope, resources: served }, true, now),
      backups: backups.kind === 'read' ? backups.listed : undefined,
      rejectedRows: Object.fromEntries(Object.entries(rejections).filter(([, count]) => count > 0)),
      unlisted: next?.unlisted ?? 0,
      overLimit: next?.overLimit ?? 0,
      excluded: next?.excluded.size ?? 0,
      problems: onlyNew(
        problemsOf(reading, advise, config),
        credentials.kind === 'failed' ? credentials.reason : undefined,
      ),
      contradictions: contradictions(serviceOf(type), { api, responses: seen }).map(
        ({ assumption, because }) => ({ assumption: assumption.id, found: because }),
      ),
    };
  });
  return {
    project: project.name,
    region: project.region,
    credentials,
    passwordExpires,
    services,
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
