import { z } from 'zod';
import type { ApiCall } from './api-call.ts';
import { cbr } from './cbr/index.ts';
import { dcs } from './dcs/index.ts';
import { dds } from './dds/index.ts';
import { dws } from './dws/index.ts';
import { gaussdbMysql } from './gaussdb-mysql/index.ts';
import { gaussdbOpengauss } from './gaussdb-opengauss/index.ts';
import { geminidb } from './geminidb/index.ts';
import { ges } from './ges/index.ts';
import { rds } from './rds/index.ts';
import type { CloudService, ServiceApi } from './service.ts';

/** All services, in the order of the documentation. */
export const SERVICES: readonly [CloudService, ...CloudService[]] = [
  ges,
  gaussdbMysql,
  gaussdbOpengauss,
  rds,
  dds,
  geminidb,
  dcs,
  dws,
  cbr,
];

export const SERVICE_TYPES = SERVICES.map(({ type }) => type);

/** Throws if {@link SERVICES} has no such type. */
export function serviceOf(type: string): CloudService {
  const service = SERVICES.find((candidate) => candidate.type === type);
  if (service === undefined) throw new Error(`there is no service "${type}"`);
  return service;
}

/** The API of a service with the defaults of its settings. */
export const defaultApi = (service: CloudService): ServiceApi =>
  service.api(z.object(service.settings).parse({}));

/** A call of a service and the command that makes it. */
export interface UsedCall {
  readonly call: ApiCall;
  readonly usedBy: 'polls' | 'backups create' | 'backups export';
}

/** Every call of a service, for documentation and permissions. */
export const callsOf = (service: CloudService): readonly UsedCall[] => apiCalls(defaultApi(service));

/** Every call of one version of a service's API. */
export function apiCalls({ resources, backups, policies, actions }: ServiceApi): readonly UsedCall[] {
  const resource = { id: '{id}', parentId: '{parent_id}' };
  const polls = [
    ...(backups.of === 'project'
      ? [backups.list.call, ...(backups.failedRuns ? [backups.failedRuns.call] : [])]
      : backups.ofResource(resource).map(({ call }) => call)),
    resources.call,
    ...(policies === undefined
      ? []
      : [policies.of === 'project' ? policies.list.call : policies.call(resource)]),
  ];
  const creating = [
    actions.create(resource, 'name'),
    ...(actions.job ? [actions.job.call(resource, '{job_id}')] : []),
  ];
  const exporting = actions.export ? [actions.export.call(resource, '{backup_id}', 'path')] : [];
  return [
    ...polls.map((call) => ({ call, usedBy: 'polls' as const })),
    ...creating.map((call) => ({ call, usedBy: 'backups create' as const })),
    ...exporting.map((call) => ({ call, usedBy: 'backups export' as const })),
  ];
}
