import { joinSignals } from '../../abort.ts';
import type { ProjectClient, RequestObservation } from '../../cloud/client.ts';
import type { Config, ProjectConfig, ServiceConfig } from '../../config/config.ts';
import type { Clock, Seconds, UnixSeconds } from '../../domain/quantities.ts';
import type { RejectionReason } from '../../pagination/list.ts';
import { createPolicies } from '../../poll/policies.ts';
import { sumRejections } from '../../poll/read-backups.ts';
import type { ReadFailure } from '../../poll/read-list.ts';
import { failureOf, readService as readOnce, type ServiceRead } from '../../poll/read-service.ts';
import { contradictions } from '../../services/assumptions.ts';
import type { SeenResponse } from '../../services/evidence.ts';
import { serviceOf } from '../../services/index.ts';
import { createYield } from '../../state/event-loop.ts';
import { serveResources } from '../../state/served.ts';
import type { ServiceState } from '../../state/service-state.ts';
import { resourceStatuses } from '../../status/build-report.ts';
import { counted } from '../../status/humanize.ts';
import type { ResourceStatus } from '../../status/report.ts';
import { type Adviser, createAdviser } from './advice.ts';
import type { InFlightRequests } from './in-flight.ts';

/** The results for one service of a project. */
export interface ServiceCheck {
  readonly service: ServiceConfig['type'];
  /** Undefined when the backups could not be read. */
  readonly resources: readonly ResourceStatus[] | undefined;
  readonly backups: number | undefined;
  /** Rows that could not be parsed, by reason; only reasons that occurred. */
  readonly rejectedRows: Readonly<Partial<Record<RejectionReason, number>>>;
  readonly unlisted: number;
  readonly overLimit: number;
  readonly excluded: number;
  /** The failed checks, one sentence each. */
  readonly problems: readonly string[];
  /** Where the service is not as the exporter assumes. */
  readonly contradictions: readonly Contradiction[];
}

/** An assumption of docs/evidence.md that what was read contradicts. */
export interface Contradiction {
  readonly assumption: string;
  /** What was seen instead, as a clause. */
  readonly found: string;
}

/**
 * Whether the credentials work. `unknown`: nothing that could check them was reached. `failed`: signing in failed, or
 * every service refused them.
 */
export type CredentialsCheck =
  | { readonly kind: 'signed_in' | 'accepted' | 'unknown' }
  | { readonly kind: 'failed'; readonly reason: string };

/** The results for one project. */
export interface ProjectCheck {
  readonly project: string;
  readonly region: string;
  readonly credentials: CredentialsCheck;
  /** When the password of the user expires; undefined if unknown. */
  readonly passwordExpires: UnixSeconds | undefined;
  /** The configured services; if none are named, those that responded. */
  readonly services: readonly ServiceCheck[];
  /** If no services are named: those that refused access, and what to grant. */
  readonly refused: readonly { readonly service: string; readonly reason: string }[] | undefined;
}

export interface CheckOptions {
  readonly config: Config;
  readonly createClient: (
    project: ProjectConfig,
    observe: (observation: RequestObservation) => void,
    sending: (request: { readonly host: string; readonly operation: string }) => () => void,
  ) => ProjectClient;
  /** What a service returned, as far as it was kept. */
  readonly responsesOf: (project: string, service: string) => readonly SeenResponse[];
  /** Called after each service was read, before the client is closed. */
  readonly afterRead?: (
    client: ProjectClient,
    service: ServiceConfig,
    project: ProjectConfig,
    reading: ServiceRead,
    signal: AbortSignal,
  ) => Promise<void>;
  readonly inFlight: Pick<InFlightRequests, 'begin'>;
  readonly clock: Clock;
  readonly deadline: (after: Seconds) => AbortSignal;
  readonly stop: AbortSignal;
}

/** Signs in to each project and reads each of its services once, as a poll would. */
export function checkProjects(options: CheckOptions): Promise<readonly ProjectCheck[]> {
  return Promise.all(options.config.projects.map((project) => checkProject(project, options)));
}

interface ServiceResult {
  readonly service: ServiceConfig;
  readonly reading: ServiceRead;
  /** Undefined when the backups could not be read. */
  readonly resources: readonly ResourceStatus[] | undefined;
  /** Why backup policies could not be read. */
  readonly policyProblem: string | undefined;
}

async function checkProject(project: ProjectConfig, options: CheckOptions): Promise<ProjectCheck> {
  let signedIn = false;
  const client = options.createClient(
    project,
    ({ operation, code }) => {
      if (operation === 'sign_in' && code.startsWith('2')) signedIn = true;
    },
    (request) => options.inFlight.begin({ ...request, project: project.name }),
  );
  const { signal, release } = joinSignals(options.stop, options.deadline(options.config.poll.timeout));
  try {
    const readings = await Promise.all(
      project.services.map(async (service) => {
        const result = await readService(project, service, client, options, signal);
        await options.afterRead?.(client, service, project, result.reading, signal);
        return result;
      }),
    );
    const advise = createAdviser(project, options.config, failuresOf(readings));
    const credentials = credentialsCheck(readings, signedIn, advise);
    const shown = readings.filter(({ reading }) => project.namesServices || failureOf(reading) === undefined);
    return {
      project: project.name,
      region: project.region,
      credentials,
      passwordExpires: client.passwordExpiresAt(),
      services: (shown.length === 0 ? readings : shown).map((reading) =>
        serviceCheck(
          reading,
          credentials,
          advise,
          options.config,
          contradictionsOf(project, reading, options),
        ),
      ),
      refused: project.namesServices ? undefined : refusalsIn(readings, advise),
    };
  } finally {
    release();
    await client.close();
  }
}

async function readService(
  { name: project, region }: ProjectConfig,
  service: ServiceConfig,
  client: ProjectClient,
  { config, clock }: CheckOptions,
  signal: AbortSignal,
): Promise<ServiceResult> {
  const scope = { service: service.type, region, project };
  const reader = { client, service, ahead: config.poll.concurrency - 1, scope, config, clock };
  const reading = await readOnce(reader, undefined, signal);
  const { next } = reading;
  if (next === undefined) return { service, reading, resources: undefined, policyProblem: undefined };
  const now = clock();
  const policies = createPolicies(service.api.policies);
  const { rpo } = config;
  const unread = await policies.refresh({
    reader,
    scope,
    rpo,
    resources: next.resources,
    now,
    signal,
  });
  const served = await serveResources(scope, config, next, policies, createYield());
  const resources = resourceStatuses(served, true, now);
  const policyProblem =
    unread.reason === undefined
      ? undefined
      : `${unread.reason}; ${unread.count} backup ${unread.count === 1 ? 'policy was' : 'policies were'} not read`;
  return { service, reading, resources, policyProblem };
}

function refusalsIn(readings: readonly ServiceResult[], advise: Adviser): ProjectCheck['refused'] {
  return readings.flatMap(({ service, reading }) => {
    const failure = failureOf(reading);
    return failure?.outcome === 'permission'
      ? [{ service: service.type, reason: advise(failure, service) }]
      : [];
  });
}

function credentialsCheck(
  readings: readonly ServiceResult[],
  signedIn: boolean,
  advise: Adviser,
): CredentialsCheck {
  const refusals = readings.flatMap(({ service, reading }) => {
    const backups = failureOf(reading);
    return backups !== undefined && isAboutCredentials(backups) ? [{ service, backups }] : [];
  });
  const [first] = refusals;
  if (first !== undefined && refusals.length === readings.length) {
    return { kind: 'failed', reason: advise(first.backups, first.service) };
  }
  if (signedIn) return { kind: 'signed_in' };
  return { kind: readings.some(({ reading }) => isAccepted(failureOf(reading))) ? 'accepted' : 'unknown' };
}

const failuresOf = (readings: readonly ServiceResult[]): readonly (ReadFailure | undefined)[] =>
  readings.map(({ reading }) => failureOf(reading));

const isAboutCredentials = ({ operation, outcome }: ReadFailure): boolean =>
  operation === 'sign_in' || operation === 'find_project' || outcome === 'auth';

/** Whether a service accepted the credentials. */
const isAccepted = (failure: ReadFailure | undefined): boolean =>
  failure === undefined || failure.outcome === 'permission' || failure.outcome === 'incomplete';

function serviceCheck(
  { service, reading, resources, policyProblem }: ServiceResult,
  credentials: CredentialsCheck,
  advise: Adviser,
  config: Config,
  contradicted: ServiceCheck['contradictions'],
): ServiceCheck {
  const { backups, inventory, next } = reading;
  const known = credentials.kind === 'failed' ? credentials.reason : undefined;
  const failure = failureOf(reading);
  const reasons = [
    ...(failure === undefined ? [] : [advise(failure, service)]),
    ...(inventory?.kind === 'failed' ? [advise(inventory, service)] : []),
    failedRunsProblem(reading, service, advise),
    policyProblem,
    overLimitProblem(next, config),
  ];
  return {
    service: service.type,
    resources,
    backups: backups.kind === 'read' ? backups.listed : undefined,
    rejectedRows: rejectionsOf(reading),
    unlisted: next?.unlisted ?? 0,
    overLimit: next?.overLimit ?? 0,
    excluded: next?.excluded.size ?? 0,
    problems: onlyNew(
      reasons.filter((reason) => reason !== undefined),
      known,
    ),
    contradictions: contradicted,
  };
}

function contradictionsOf(
  { name }: ProjectConfig,
  { service: { type, api } }: ServiceResult,
  { responsesOf }: CheckOptions,
): ServiceCheck['contradictions'] {
  return contradictions(serviceOf(type), { api, responses: responsesOf(name, type) }).map(
    ({ assumption, because }) => ({ assumption: assumption.id, found: because }),
  );
}

function failedRunsProblem(
  { backups }: ServiceRead,
  service: ServiceConfig,
  advise: Adviser,
): string | undefined {
  const unread = backups.kind === 'read' ? backups.failedRunsUnread : undefined;
  return unread && `${advise(unread, service)}; failed runs that left no backup are not seen`;
}

function overLimitProblem(next: ServiceState | undefined, { limits }: Config): string | undefined {
  if (next === undefined || next.overLimit === 0) return undefined;
  return `${counted(next.overLimit, 'resource')} beyond limits.resources (${limits.resources}) would not be served; raise the limit, or select fewer with include or exclude`;
}

function rejectionsOf({ backups, inventory }: ServiceRead): ServiceCheck['rejectedRows'] {
  const counts = sumRejections([
    backups.kind === 'read' ? backups.rejections : backups.walk?.rejections,
    inventory?.walk?.rejections,
  ]);
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** The sentences that add something to those before: both lists often fail for the same reason. */
function onlyNew(sentences: readonly string[], known: string | undefined): readonly string[] {
  const said = new Set(known === undefined ? [] : [whyOf(known)]);
  return sentences.filter((sentence) => {
    const isNew = !said.has(whyOf(sentence));
    said.add(whyOf(sentence));
    return isNew;
  });
}

const whyOf = (sentence: string): string => sentence.replace(/^cannot [^:]+: /, '');

/** The resources outside their objective, including those overdue that were never backed up. */
export function outsideObjective(resources: readonly ResourceStatus[]): readonly ResourceStatus[] {
  return resources.filter(({ states: [state] }) => state === 'stale' || state === 'never_backed_up');
}
