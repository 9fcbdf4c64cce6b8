import { joinSignals } from '../../abort.ts';
import type { ProjectClient, RequestObservation } from '../../cloud/client.ts';
import type { Config, ProjectConfig, ServiceConfig } from '../../config/config.ts';
import type { Clock, Seconds, UnixSeconds } from '../../domain/quantities.ts';
import type { RejectionReason } from '../../pagination/list.ts';
import { createPolicies } from '../../poll/policies.ts';
import { sumRejections } from '../../poll/read-backups.ts';
import type { ReadFailure } from '../../poll/read-list.ts';
import { failureOf, readService as readOnce, type ServiceRead } from '../../poll/read-service.ts';
import { createPace } from '../../state/pace.ts';
import { serveResources } from '../../state/served.ts';
import type { ServiceState } from '../../state/service-state.ts';
import { buildStatusReport } from '../../status/build-report.ts';
import type { ResourceStatus } from '../../status/report.ts';
import { type Adviser, createAdviser } from './advice.ts';

/** What `check` found of one service of a project. */
export interface ServiceExamination {
  readonly service: ServiceConfig['type'];
  /** Graphs or instances; undefined when the backups could not be read. */
  readonly resources: readonly ResourceStatus[] | undefined;
  /** Undefined when they could not be read. */
  readonly backups: number | undefined;
  /** Rows that could not be read, by the reason; no key for a reason that did not occur. */
  readonly rejectedRows: Readonly<Partial<Record<RejectionReason, number>>>;
  readonly unlisted: number;
  readonly overLimit: number;
  readonly excluded: number;
  /** What keeps the exporter from its work here, one sentence each. */
  readonly troubles: readonly string[];
}

/**
 * What came of the credentials. `unknown`: nothing was reached that would accept or refuse them. `failed`: signing in
 * failed, or every service refused them.
 */
export type CredentialsFinding =
  | { readonly kind: 'signed_in' | 'accepted' | 'unknown' }
  | { readonly kind: 'failed'; readonly reason: string };

/** What `check` found of one project. */
export interface ProjectExamination {
  readonly project: string;
  readonly region: string;
  readonly credentials: CredentialsFinding;
  /** Those that were named; without names, those that answer. */
  readonly services: readonly ServiceExamination[];
  /** Where no services were named: those that answered with a refusal, and what to grant. */
  readonly refused: readonly { readonly service: string; readonly reason: string }[] | undefined;
}

/** What the examination works with. */
export interface ExaminationOptions {
  readonly config: Config;
  readonly createClient: (
    project: ProjectConfig,
    observe: (observation: RequestObservation) => void,
  ) => ProjectClient;
  readonly clock: Clock;
  readonly deadline: (after: Seconds) => AbortSignal;
  readonly stop: AbortSignal;
}

/** Signs in to each project and reads each of its services once, as a poll would. */
export function examine(options: ExaminationOptions): Promise<readonly ProjectExamination[]> {
  return Promise.all(options.config.projects.map((project) => examineProject(project, options)));
}

interface ServiceReading {
  readonly service: ServiceConfig;
  readonly reading: ServiceRead;
  /** Undefined when the backups could not be read. */
  readonly resources: readonly ResourceStatus[] | undefined;
  /** Why backup policies could not be read. */
  readonly policyTrouble: string | undefined;
}

async function examineProject(
  project: ProjectConfig,
  options: ExaminationOptions,
): Promise<ProjectExamination> {
  let signedIn = false;
  const client = options.createClient(project, ({ operation, code }) => {
    if (operation === 'sign_in' && code.startsWith('2')) signedIn = true;
  });
  const { signal, release } = joinSignals(options.stop, options.deadline(options.config.poll.timeout));
  try {
    const readings = await Promise.all(
      project.services.map((service) => readService(project, service, client, options, signal)),
    );
    const advise = createAdviser(project, options.config, failuresOf(readings));
    const credentials = credentialsFinding(readings, signedIn, advise);
    const shown = readings.filter(({ reading }) => project.namesServices || failureOf(reading) === undefined);
    return {
      project: project.name,
      region: project.region,
      credentials,
      services: (shown.length === 0 ? readings : shown).map((reading) =>
        serviceExamination(reading, credentials, advise, options.config),
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
  { config, clock }: ExaminationOptions,
  signal: AbortSignal,
): Promise<ServiceReading> {
  const scope = { service: service.type, region, project };
  const reader = { client, service, ahead: config.poll.concurrency - 1, scope, config, clock };
  const reading = await readOnce(reader, undefined, signal);
  const { next } = reading;
  if (next === undefined) return { service, reading, resources: undefined, policyTrouble: undefined };
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
  const served = await serveResources(scope, config, next, policies, createPace());
  const { resources } = buildStatusReport('', now, [], [served]);
  const policyTrouble =
    unread.reason === undefined
      ? undefined
      : `${unread.reason}; ${unread.count} backup ${unread.count === 1 ? 'policy was' : 'policies were'} not read`;
  return { service, reading, resources, policyTrouble };
}

function refusalsIn(readings: readonly ServiceReading[], advise: Adviser): ProjectExamination['refused'] {
  return readings.flatMap(({ service, reading }) => {
    const failure = failureOf(reading);
    return failure?.outcome === 'permission'
      ? [{ service: service.type, reason: advise(failure, service) }]
      : [];
  });
}

function credentialsFinding(
  readings: readonly ServiceReading[],
  signedIn: boolean,
  advise: Adviser,
): CredentialsFinding {
  const refusals = readings.flatMap(({ service, reading }) => {
    const backups = failureOf(reading);
    return backups !== undefined && isAboutCredentials(backups) ? [{ service, backups }] : [];
  });
  const [first] = refusals;
  if (first !== undefined && refusals.length === readings.length) {
    return { kind: 'failed', reason: advise(first.backups, first.service) };
  }
  if (signedIn) return { kind: 'signed_in' };
  return { kind: readings.some(({ reading }) => isAnswered(failureOf(reading))) ? 'accepted' : 'unknown' };
}

const failuresOf = (readings: readonly ServiceReading[]): readonly (ReadFailure | undefined)[] =>
  readings.map(({ reading }) => failureOf(reading));

const isAboutCredentials = ({ operation, outcome }: ReadFailure): boolean =>
  operation === 'sign_in' || operation === 'find_project' || outcome === 'auth';

/** Whether a service let in who asked. */
const isAnswered = (failure: ReadFailure | undefined): boolean =>
  failure === undefined || failure.outcome === 'permission' || failure.outcome === 'incomplete';

function serviceExamination(
  { service, reading, resources, policyTrouble }: ServiceReading,
  credentials: CredentialsFinding,
  advise: Adviser,
  config: Config,
): ServiceExamination {
  const { backups, inventory, next } = reading;
  const known = credentials.kind === 'failed' ? credentials.reason : undefined;
  const failure = failureOf(reading);
  const reasons = [
    ...(failure === undefined ? [] : [advise(failure, service)]),
    ...(inventory?.kind === 'failed' ? [advise(inventory, service)] : []),
    policyTrouble,
    overLimitTrouble(next, config),
  ];
  return {
    service: service.type,
    resources,
    backups: backups.kind === 'read' ? backups.listed : undefined,
    rejectedRows: rejectionsOf(reading),
    unlisted: next?.unlisted ?? 0,
    overLimit: next?.overLimit ?? 0,
    excluded: next?.excluded.size ?? 0,
    troubles: onlyNew(
      reasons.filter((reason) => reason !== undefined),
      known,
    ),
  };
}

function overLimitTrouble(next: ServiceState | undefined, { limits }: Config): string | undefined {
  if (next === undefined || next.overLimit === 0) return undefined;
  const resources = next.overLimit === 1 ? '1 resource is' : `${next.overLimit} resources are`;
  return `${resources} over limits.resources (${limits.resources}) and would not be served; raise it, or leave some out with include or exclude`;
}

function rejectionsOf({ backups, inventory }: ServiceRead): ServiceExamination['rejectedRows'] {
  const counts = sumRejections([
    backups.kind === 'read' ? backups.rejections : backups.walk?.rejections,
    inventory?.walk?.rejections,
  ]);
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** The sentences that say something more than the ones before: what keeps from one list mostly keeps from the other. */
function onlyNew(sentences: readonly string[], known: string | undefined): readonly string[] {
  const told = new Set(known === undefined ? [] : [whyOf(known)]);
  return sentences.filter((sentence) => {
    const isNew = !told.has(whyOf(sentence));
    told.add(whyOf(sentence));
    return isNew;
  });
}

const whyOf = (sentence: string): string => sentence.replace(/^cannot [^:]+: /, '');

/** Whether the exporter can do all of its work in a project. */
export const isFine = ({ credentials, services }: ProjectExamination): boolean =>
  credentials.kind !== 'failed' && services.every(({ troubles }) => troubles.length === 0);

/** The resources outside of their objective, or never backed up though old enough to have been. */
export function outsideObjective(
  resources: readonly ResourceStatus[],
  now: UnixSeconds,
): readonly ResourceStatus[] {
  return resources.filter((resource) => resource.standing === 'stale' || isOverdue(resource, now));
}

/** Whether a resource was never backed up though it is older than its objective; an unknown age is old enough. */
export function isOverdue({ standing, created, objective }: ResourceStatus, now: UnixSeconds): boolean {
  return (
    standing === 'never' && (created === undefined || objective === undefined || now - created > objective)
  );
}
