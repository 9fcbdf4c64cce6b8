import type { z } from 'zod';
import type { Backup, Resource } from '../domain/backup.ts';
import type { Seconds } from '../domain/quantities.ts';
import type { PagedList } from '../pagination/list.ts';
import type { SimulatedApi } from '../simulated-cloud/service.ts';
import type { ApiCall, ErrorRules } from './api-call.ts';
import type { Assumption } from './evidence.ts';
import type { VendorWords } from './vendor-words.ts';

/** A list: the call for a page, the paging, and how rows are parsed. */
export interface List<Item> extends PagedList<Item> {
  readonly call: ApiCall;
}

/** Identifies a resource in calls. */
export interface ResourceKey {
  readonly id: string;
  /** The resource that contains it, such as the vault of a server. */
  readonly parentId?: string | undefined;
}

/** When a service makes automatic backups. */
export type BackupPolicy =
  /** `objective`: how old the newest backup becomes at most if every run succeeds; undefined if the schedule cannot be parsed. */
  { readonly kind: 'scheduled'; readonly objective: Seconds | undefined } | { readonly kind: 'off' };

/** A policy and the resources that it applies to. */
export interface ProjectPolicy {
  readonly id: string;
  /** Ids of resources or of their parents. */
  readonly appliesTo: readonly string[];
  readonly policy: BackupPolicy;
}

export type PolicyApi =
  | {
      readonly of: 'resource';
      readonly call: (resource: ResourceKey) => ApiCall;
      /** Undefined if the response is not a policy. */
      readonly read: (body: unknown) => BackupPolicy | undefined;
      /** Whether only the policy says if a resource is expected to be backed up, so that it is always read. */
      readonly decides?: true;
    }
  /** One list for the project, read in every poll: a resource that no policy applies to is not expected to be backed up. */
  | { readonly of: 'project'; readonly list: List<ProjectPolicy> };

/** Whether only the policy says if a resource is expected to be backed up. */
export const policiesDecide = (api: PolicyApi | undefined): boolean =>
  api?.of === 'project' || api?.decides === true;

/** The response to a call that starts a backup or an export. */
export type Started =
  | { readonly kind: 'started'; readonly jobId: string | undefined; readonly backupId: string | undefined }
  /** The status was a success, but nothing was started. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Not a response of this API. */
  | { readonly kind: 'unclear' };

/** The state of a job. */
export type JobState =
  | { readonly kind: 'running' }
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly reason: string | undefined };

/** Calls that create and export backups. */
export interface BackupActions {
  /** `name` is ignored by services without names of backups. */
  readonly create: (resource: ResourceKey, name: string) => ApiCall;
  readonly readCreated: (body: unknown, resource: ResourceKey) => Started;
  /** Copies a backup to object storage. */
  readonly export?: {
    readonly call: (resource: ResourceKey, backupId: string, path: string) => ApiCall;
    readonly readStarted: (body: unknown) => Started;
  };
  /** Reads the state of a job; without it, the list of backups is polled, even if `readCreated` returns a job. */
  readonly job?: {
    readonly call: (resource: ResourceKey, jobId: string) => ApiCall;
    readonly read: (body: unknown) => JobState;
  };
}

export type BackupsApi = {
  /**
   * Lists that together contain all backups of a resource; an id counts once. `readRow` may close over the id of the
   * resource if the rows do not contain it.
   */
  readonly ofResource: (resource: ResourceKey) => readonly List<Backup>[];
} & (
  | {
      readonly of: 'project';
      readonly list: List<Backup>;
      /** Failed runs that left no backup; polls succeed without this list. */
      readonly failedRuns?: List<Backup>;
    }
  /** There is no list for the project: the inventory is read first, then the lists of each resource. */
  | { readonly of: 'resource' }
);

/** One version of a service's API. */
export interface ServiceApi {
  readonly resources: List<Resource>;
  readonly backups: BackupsApi;
  readonly policies?: PolicyApi;
  readonly actions: BackupActions;
}

/** Everything specific to one service of the cloud. */
export interface CloudService<Settings extends z.ZodRawShape = z.ZodRawShape> {
  /** The label `cloud_service`, `--service` and `type` in the configuration. */
  readonly type: string;
  readonly title: string;
  /** What its resources are called: graph, graphs. */
  readonly resource: { readonly one: string; readonly many: string };
  /** Settings in addition to those of every service. */
  readonly settings: Settings;
  /** Host in a region: the first label, and the domain if it is not that of the region. */
  readonly host: (region: string, cloud: string) => { readonly label: string; readonly cloud?: string };
  readonly errors: ErrorRules;
  /** System policies of the vendor that permit reading. */
  readonly readOnlyRoles: readonly string[];
  /** What recordings may keep unredacted, in addition to what services have in common. */
  readonly vendorWords: VendorWords;
  /** Assumptions in addition to those about every service; shown in the documentation. */
  readonly unverified: readonly Assumption[];
  /** Number of requests per poll, not counting those for policies; for the documentation of costs. */
  readonly requests: (resources: number, backups: number) => number;
  /** The smallest `poll.interval` for 200 resources in seconds; undefined if the default is enough. */
  readonly defaultInterval?: Seconds;
  /** The flag `--demo.FLAG` for the number of resources in the demo, and its default; services without one share `--demo.others`. */
  readonly demo?: { readonly flag: string; readonly count: number };
  /** Whether a configuration from environment variables polls it by default. */
  readonly byDefault?: true;
  /** Its part of the simulated cloud. */
  readonly simulated: () => Promise<SimulatedApi>;
  // A method, so that services with different settings fit into one list.
  api(settings: z.output<z.ZodObject<Settings>>): ServiceApi;
}

/** Infers the type of the settings. */
export const defineService = <Settings extends z.ZodRawShape>(
  service: CloudService<Settings>,
): CloudService<Settings> => service;

/** Requests for a list of this many rows, whose pages overlap by one row. */
export const pagesOf = (rows: number, limit: number): number =>
  Math.max(1, Math.ceil((rows - 1) / (limit - 1)));
