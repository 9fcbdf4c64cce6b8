import type { SimulatedOperation, SimulatedService } from '../../src/services/simulated-cloud.ts';

/** One call that the exporter makes to the cloud while it polls. */
export interface Call {
  readonly name: string;
  /** Determines the format and codes of its errors. */
  readonly api: 'iam' | 'ges' | 'ges-v1' | 'gaussdb';
  /** What a successful response contains. */
  readonly returns: 'token' | 'backups' | 'inventory';
  /** As in the labels of the metrics. */
  readonly service: 'iam' | 'ges' | 'gaussdb-mysql';
  readonly operation: string;
  readonly match: { readonly service: SimulatedService; readonly operation: SimulatedOperation };
  readonly gesVersion: 'v2' | 'v1.0';
  /** The list has many pages, and the fault spares the first. */
  readonly fromSecondPage?: true;
}

const ges = { service: 'ges', api: 'ges', gesVersion: 'v2' } as const;

/** The calls of a poll: the sign-in, the backups of each API, and the inventories. */
export const CALLS: readonly Call[] = [
  {
    name: 'sign-in',
    api: 'iam',
    returns: 'token',
    service: 'iam',
    operation: 'sign_in',
    match: { service: 'iam', operation: 'sign_in' },
    gesVersion: 'v2',
  },
  {
    ...ges,
    name: 'GES v2 backups',
    returns: 'backups',
    operation: 'list_backups',
    match: { service: 'ges', operation: 'list_backups' },
  },
  {
    ...ges,
    name: '… from page 2 on',
    returns: 'backups',
    operation: 'list_backups',
    match: { service: 'ges', operation: 'list_backups' },
    fromSecondPage: true,
  },
  {
    name: 'GES v1.0 backups',
    api: 'ges-v1',
    returns: 'backups',
    service: 'ges',
    operation: 'list_backups',
    match: { service: 'ges-v1', operation: 'list_backups' },
    gesVersion: 'v1.0',
  },
  {
    name: 'GaussDB backups',
    api: 'gaussdb',
    returns: 'backups',
    service: 'gaussdb-mysql',
    operation: 'list_backups',
    match: { service: 'gaussdb', operation: 'list_backups' },
    gesVersion: 'v2',
  },
  {
    ...ges,
    name: 'graphs',
    returns: 'inventory',
    operation: 'list_graphs',
    match: { service: 'ges', operation: 'list_graphs' },
  },
  {
    name: 'instances',
    api: 'gaussdb',
    returns: 'inventory',
    service: 'gaussdb-mysql',
    operation: 'list_instances',
    match: { service: 'gaussdb', operation: 'list_instances' },
    gesVersion: 'v2',
  },
];
