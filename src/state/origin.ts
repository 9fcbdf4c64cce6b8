/** Where the backups of a service were read: another project of the cloud may get the same name. */
export interface Origin {
  /** The project's id in the cloud; undefined where it is not known. */
  readonly projectId: string | undefined;
  readonly endpoint: string;
}

/** Whether two origins may be one; an id that is not known may be any. */
export const isSameOrigin = (one: Origin, other: Origin): boolean =>
  one.endpoint === other.endpoint &&
  (one.projectId === undefined || other.projectId === undefined || one.projectId === other.projectId);
