/** What a request to the cloud is for, as the label `operation` names it: `sign_in`, `list_backups`, … */
export type Operation = string;
