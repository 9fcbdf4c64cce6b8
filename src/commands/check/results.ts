import type { ServiceConfig } from '../../config/config.ts';
import type { UnixSeconds } from '../../domain/quantities.ts';
import type { RejectionReason } from '../../pagination/list.ts';
import type { ResourceStatus } from '../../status/report.ts';

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
  /** Where the service is not as the exporter assumes: an assumption of docs/evidence.md, and what was found instead. */
  readonly contradictions: readonly { readonly assumption: string; readonly found: string }[];
}

/**
 * Whether the credentials work. `unknown`: nothing that could check them was reached. `failed`: signing in failed, or
 * every service refused them.
 */
export type CredentialsCheck =
  | { readonly kind: 'signed_in' | 'accepted' | 'unknown' }
  | { readonly kind: 'failed'; readonly reason: string };

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

export interface CheckSummary {
  /** Whether all checks passed, so that the command exits with 0. */
  readonly passed: boolean;
  /** Projects with a failed check. */
  readonly failing: number;
  readonly outside: number;
  /** Whether a resource outside its objective is a failed check. */
  readonly strict: boolean;
}

export function summarize(projects: readonly ProjectCheck[], strict: boolean): CheckSummary {
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
