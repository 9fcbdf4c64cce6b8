/** The `type` of a service, which is the label `cloud_service`. */
export type ServiceType = string;
