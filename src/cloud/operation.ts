/** What a request to the cloud is for, as the label `operation` names it. */
export const OPERATIONS = [
  'list_backups',
  'list_graphs',
  'list_instances',
  'get_policy',
  'sign_in',
  'find_project',
  'create_backup',
  'export_backup',
  'get_job',
] as const;
/** One of {@link OPERATIONS}. */
export type Operation = (typeof OPERATIONS)[number];
