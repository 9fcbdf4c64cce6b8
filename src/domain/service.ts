/** The service of a resource, as the label `cloud_service` names it: `ges`, `rds`, … */
export type ServiceType = string;
