import type { z } from 'zod';
import type { Backup, Resource } from '../domain/backup.ts';
import type { Seconds } from '../domain/quantities.ts';
import type { PagedList } from '../pagination/list.ts';
import type { SimulatedApi } from '../simulated-cloud/service.ts';
import type { ApiCall, ErrorRules } from './api-call.ts';
import type { Assumption } from './evidence.ts';

/** A list of a service: the call for one of its pages, how it is paged, and how a row is parsed. */
export interface List<Item> extends PagedList<Item> {
  readonly call: ApiCall;
}

/** A resource as calls about it need it. */
export interface ResourceKey {
  readonly id: string;
  /** The resource that contains it, such as the vault of a server. */
  readonly parentId?: string | undefined;
}

/** When a service backs a resource up by itself. */
export type BackupPolicy =
  /** `objective`: how old the newest backup may become if every run succeeds; undefined where the schedule cannot be read. */
  { readonly kind: 'scheduled'; readonly objective: Seconds | undefined } | { readonly kind: 'off' };

/** A policy of a project and the resources under it. */
export interface ProjectPolicy {
  readonly id: string;
  /** Ids of resources, or of what contains them. */
  readonly appliesTo: readonly string[];
  readonly policy: BackupPolicy;
}

/** Where backup policies come from. */
export type PolicyApi =
  | {
      readonly of: 'resource';
      readonly call: (resource: ResourceKey) => ApiCall;
      /** Undefined when the response is not a policy of this API. */
      readonly read: (body: unknown) => BackupPolicy | undefined;
      /** Whether only the policy tells if a resource is expected to be backed up, so that it is read for every objective. */
      readonly decides?: true;
    }
  /** One list for the project, read in every poll: a resource that no policy applies to is not expected to be backed up. */
  | { readonly of: 'project'; readonly list: List<ProjectPolicy> };

/** The response to a call that starts something. */
export type Started =
  | { readonly kind: 'started'; readonly jobId: string | undefined; readonly backupId: string | undefined }
  /** A success by its status that started nothing. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Neither: what came is not a response of this API. */
  | { readonly kind: 'unclear' };

/** How far a job is. */
export type JobState =
  | { readonly kind: 'running' }
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly reason: string | undefined };

/** What a service can be asked to do with backups. */
export interface BackupActions {
  /** `name` is for services that take one. */
  readonly create: (resource: ResourceKey, name: string) => ApiCall;
  readonly readCreated: (body: unknown, resource: ResourceKey) => Started;
  /** Copies a backup to object storage. */
  readonly export?: {
    readonly call: (resource: ResourceKey, backupId: string, path: string) => ApiCall;
    readonly readStarted: (body: unknown) => Started;
  };
  /** Follows a job; without it the list of backups is followed. */
  readonly job?: {
    readonly call: (resource: ResourceKey, jobId: string) => ApiCall;
    readonly read: (body: unknown) => JobState;
  };
}

/** Where backups are listed. */
export type BackupsApi = {
  /** Lists of the backups of one resource, which together hold all of them; an id counts once. */
  readonly ofResource: (resource: ResourceKey) => readonly List<Backup>[];
} & (
  | {
      readonly of: 'project';
      readonly list: List<Backup>;
      /** Runs that failed and left no backup; the list of backups counts without it. */
      readonly failedRuns?: List<Backup>;
    }
  /** No list for the whole project: the inventory is read first, then the lists of each resource. */
  | { readonly of: 'resource' }
);

/** One version of a service's API. */
export interface ServiceApi {
  readonly resources: List<Resource>;
  readonly backups: BackupsApi;
  readonly policies?: PolicyApi;
  readonly actions: BackupActions;
}

/** One service of the cloud: everything that is true of it alone. */
export interface CloudService<Settings extends z.ZodRawShape = z.ZodRawShape> {
  /** The label `cloud_service`, `--service` and `type` in the configuration. */
  readonly type: string;
  readonly title: string;
  /** What its resources are called: graph, graphs. */
  readonly resource: { readonly one: string; readonly many: string };
  /** Settings besides those that every service has. */
  readonly settings: Settings;
  /** Host name for a region: the first label, and the domain where it is not the region's own. */
  readonly host: (region: string, cloud: string) => { readonly label: string; readonly cloud?: string };
  readonly errors: ErrorRules;
  /** The vendor's system policies that suffice for reading. */
  readonly readOnlyRoles: readonly string[];
  /** What was inferred and never seen on a real account, besides what is assumed of every service; shown in the documentation. */
  readonly unverified: readonly Assumption[];
  /** Requests of one poll besides those for policies, for the documentation of costs. */
  readonly requests: (resources: number, backups: number) => number;
  /** The smallest `poll.interval` that suits 200 resources, in seconds; undefined where the usual one does. */
  readonly defaultInterval?: Seconds;
  /** Its own flag of the demo, `--demo.FLAG`, for how many resources it has, and how many without the flag; the others share `--demo.others`. */
  readonly demo?: { readonly flag: string; readonly count: number };
  /** Whether a configuration from the environment polls it without being told. */
  readonly byDefault?: true;
  /** Its part of the simulated cloud. */
  readonly simulated: () => Promise<SimulatedApi>;
  // A method, so that services of different settings fit into one list.
  api(settings: z.output<z.ZodObject<Settings>>): ServiceApi;
}

/** Types a service by its settings. */
export const defineService = <Settings extends z.ZodRawShape>(
  service: CloudService<Settings>,
): CloudService<Settings> => service;

/** Requests for a list of so many rows, each page of which repeats the last row of the one before. */
export const pagesOf = (rows: number, limit: number): number =>
  Math.max(1, Math.ceil((rows - 1) / (limit - 1)));
