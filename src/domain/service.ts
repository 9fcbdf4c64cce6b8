/** The service of a resource, as the label `cloud_service` names it: the `type` of one of the services. */
export type ServiceType = string;
