/** The services whose backups are read, as the label `cloud_service` names them. */
export const SERVICE_TYPES = ['ges', 'gaussdb-mysql'] as const;
/** One of {@link SERVICE_TYPES}. */
export type ServiceType = (typeof SERVICE_TYPES)[number];
