/** Where backups were read: a different cloud project may get the same name. */
export interface Origin {
  /** The project's id in the cloud; undefined if unknown. */
  readonly projectId: string | undefined;
  readonly endpoint: string;
}

/** Whether two origins may be the same; an unknown id matches any. */
export const isSameOrigin = (one: Origin, other: Origin): boolean =>
  one.endpoint === other.endpoint &&
  (one.projectId === undefined || other.projectId === undefined || one.projectId === other.projectId);
