import { type Call, type CloudState, jsonObject, type Route } from '../../simulated-cloud/cloud-state.ts';
import { inventoryOf, type PagingRules, respondWithPage, worldRows } from '../../simulated-cloud/listing.ts';
import { uuid } from '../../simulated-cloud/pseudo-random.ts';
import { backupId, type Resource } from '../../simulated-cloud/resource.ts';
import { ok, type SimulatedResponse, snakeError } from '../../simulated-cloud/response.ts';
import type { Refusals, SimulatedApi } from '../../simulated-cloud/service.ts';
import { zonelessTime } from '../../simulated-cloud/time-formats.ts';
import { gesBackupRow, gesV1BackupRow, graphRow, graphV1Row } from './simulated-rows.ts';

/** An error of v1.0. */
const camelError = (status: number, code: string, message: string): SimulatedResponse => ({
  status,
  body: { errorCode: code, errorMessage: message },
});

const refuse = (code: string, message: string): SimulatedResponse => snakeError(400, code, message);
const badParameter = (what: string): SimulatedResponse => refuse('GES.0001', `Parameter error: ${what}.`);
const noSuchGraph = (): SimulatedResponse => refuse('GES.7000', 'There is no such graph, or it is deleted.');

const paging: PagingRules = {
  defaultLimit: 10,
  maximumLimit: 1000,
  badLimit: () => badParameter('limit'),
  badOffset: () => badParameter('offset'),
};
const pagingV1: PagingRules = {
  ...paging,
  badLimit: () => camelError(400, 'GES.0001', 'Parameter error: limit.'),
  badOffset: () => camelError(400, 'GES.0001', 'Parameter error: offset.'),
};

const graphOf = ({ parameters }: Call, cloud: CloudState): Resource | undefined => {
  const graph = cloud.world().resource(parameters['graph_id'] ?? '');
  return graph?.kind === 'graph' && !graph.deleted ? graph : undefined;
};

const listed = (rows: readonly unknown[], total: unknown): unknown => ({
  backup_count: total,
  backup_list: rows,
});

const isNewestFirst = ({ options }: CloudState): boolean => options.listOrder === 'newest-first';

const listBackups: Route['respond'] = (call, cloud) =>
  respondWithPage(call, cloud, {
    service: 'ges',
    operation: 'list_backups',
    replaceable: 'ges',
    paging,
    rows: () => worldRows(cloud.world().backups('graph'), gesBackupRow, isNewestFirst(cloud)),
    envelope: listed,
  });

const listBackupsV1: Route['respond'] = (call, cloud) =>
  respondWithPage(call, cloud, {
    service: 'ges-v1',
    operation: 'list_backups',
    replaceable: 'ges-v1',
    paging: pagingV1,
    rows: () => worldRows(cloud.world().backups('graph'), gesV1BackupRow, isNewestFirst(cloud)),
    envelope: (rows, total) => ({ errorCode: '', errorMessage: '', backupCount: total, backupList: rows }),
  });

const listBackupsOfGraph: Route['respond'] = (call, cloud) =>
  respondWithPage(call, cloud, {
    service: 'ges',
    operation: 'list_backups',
    replaceable: 'ges',
    paging,
    rows: () => {
      const graph = graphOf(call, cloud);
      return graph ? worldRows(graph.backups, gesBackupRow, isNewestFirst(cloud)) : noSuchGraph();
    },
    envelope: listed,
  });

const listGraphs: Route['respond'] = (call, cloud) =>
  respondWithPage(call, cloud, {
    service: 'ges',
    operation: 'list_graphs',
    replaceable: inventoryOf('ges'),
    paging,
    rows: () =>
      worldRows(
        cloud
          .world()
          .resources('graph')
          .filter(({ deleted }) => !deleted),
        graphRow,
      ),
    envelope: (rows, total) => ({ graph_count: total, graphs: rows }),
  });

const listGraphsV1: Route['respond'] = (call, cloud) =>
  respondWithPage(call, cloud, {
    service: 'ges-v1',
    operation: 'list_graphs',
    replaceable: inventoryOf('ges'),
    paging: pagingV1,
    rows: () =>
      worldRows(
        cloud
          .world()
          .resources('graph')
          .filter(({ deleted }) => !deleted),
        graphV1Row,
      ),
    envelope: (rows, total) => ({ errorCode: '', errorMessage: '', graphCount: total, graphs: rows }),
  });

const problemWithGraph = (graph: Resource): SimulatedResponse | undefined => {
  if (graph.running) return refuse('GES.7002', 'The graph is being backed up.');
  return graph.statusCode === '200' ? undefined : refuse('GES.7001', 'The graph is not running.');
};

const createBackup: Route['respond'] = (call, cloud) => {
  // The vendor's clients send no body.
  if (call.body.length > 0 && !jsonObject(call)) return badParameter('the body is not a JSON object');
  const graph = graphOf(call, cloud);
  if (!graph) return noSuchGraph();
  const problem = problemWithGraph(graph);
  if (problem) return problem;
  const manual = graph.backups.filter(({ method }) => method === 'manual').length;
  if (manual >= cloud.options.manualBackupQuota) {
    return refuse('GES.7019', 'The quota of backups is used up.');
  }
  const world = cloud.world();
  const backup = world.start(graph, { method: 'manual' });
  return ok({
    job_id: cloud.jobs.add(graph, { kind: 'backup', backup }, world.now()),
    backup_id: backupId(backup),
  });
};

const exportBackup: Route['respond'] = (call, cloud) => {
  const { backup_id: id, export_path: path } = jsonObject(call) ?? {};
  if (typeof id !== 'string' || id === '') return badParameter('backup_id');
  if (typeof path !== 'string' || !/^[^\s/]+(?:\/[^\s]*)?$/.test(path)) return badParameter('export_path');
  const graph = graphOf(call, cloud);
  if (!graph) return noSuchGraph();
  const backup = graph.backups.find((candidate) => backupId(candidate) === id);
  if (!backup) return refuse('GES.7024', 'There is no such backup.');
  if (backup.state !== 'success') return badParameter('the backup is not good');
  const problem = problemWithGraph(graph);
  if (problem) return problem;
  const fails = graph.exportFailuresAhead > 0;
  graph.exportFailuresAhead -= fails ? 1 : 0;
  return ok({ job_id: cloud.jobs.add(graph, { kind: 'export', backup, fails }, cloud.world().now()) });
};

const getJob: Route['respond'] = (call, cloud) => {
  const { graph_id: graphId = '', job_id: jobId = '' } = call.parameters;
  const job = cloud.jobs.progress(jobId, cloud.world().now());
  if (job?.resource.id !== graphId) return refuse('GES.7007', 'There is no such job.');
  return ok({
    job_id: jobId,
    job_type: 'GraphManagement',
    job_name: job.kind === 'backup' ? 'CreateGraphBackup' : 'ExportGraphBackup',
    graph_id: graphId,
    backup_id: backupId(job.backup),
    status: job.status,
    begin_time: zonelessTime(job.begin),
    ...(job.end !== undefined && { end_time: zonelessTime(job.end) }),
    ...(job.reason !== undefined && { fail_reason: job.reason }),
  });
};

/** In both versions of the API. */
const routes: readonly Route[] = [
  {
    service: 'ges',
    operation: 'list_backups',
    method: 'GET',
    path: '/v2/{project_id}/graphs/backups',
    permission: 'ges:backup:list',
    respond: listBackups,
  },
  {
    service: 'ges-v1',
    operation: 'list_backups',
    method: 'GET',
    path: '/v1.0/{project_id}/graphs/backups',
    permission: 'ges:backup:list',
    respond: listBackupsV1,
  },
  {
    service: 'ges',
    operation: 'list_graphs',
    method: 'GET',
    path: '/v2/{project_id}/graphs',
    permission: 'ges:graph:list',
    respond: listGraphs,
  },
  {
    service: 'ges-v1',
    operation: 'list_graphs',
    method: 'GET',
    path: '/v1.0/{project_id}/graphs',
    permission: 'ges:graph:list',
    respond: listGraphsV1,
  },
  {
    service: 'ges',
    operation: 'list_backups',
    method: 'GET',
    path: '/v2/{project_id}/graphs/{graph_id}/backups',
    permission: 'ges:backup:list',
    respond: listBackupsOfGraph,
  },
  {
    service: 'ges',
    operation: 'create_backup',
    method: 'POST',
    path: '/v2/{project_id}/graphs/{graph_id}/backups',
    permission: 'ges:backup:create',
    respond: createBackup,
  },
  {
    service: 'ges',
    operation: 'export_backup',
    method: 'POST',
    path: '/v2/{project_id}/graphs/{graph_id}/backups/export',
    permission: 'ges:backup:export',
    respond: exportBackup,
  },
  {
    service: 'ges',
    operation: 'get_job',
    method: 'GET',
    path: '/v2/{project_id}/graphs/{graph_id}/jobs/{job_id}/status',
    permission: 'ges:jobs:getDetail',
    respond: getJob,
  },
];

const refusalsOf = (error: typeof snakeError): Refusals => ({
  project: () => error(403, 'GES.7041', 'The token does not belong to this project.'),
  permission: () => error(403, 'GES.7041', 'The user may not do this.'),
});

/** The Graph Engine Service of the simulated cloud. */
export const simulatedGes: SimulatedApi = {
  type: 'ges',
  kind: 'graph',
  number: 1,
  defaultCount: 12,
  characters: ['healthy', 'failing', 'stale', 'running', 'unknown', 'deleted', 'never', 'small'],
  noun: 'graph',
  resourceId: (seed, index) => uuid(seed, 1, index),
  backupId: ({ resource, sequence }) => uuid(resource.seed, 1, resource.index, sequence, 1),
  durations: [60, 540],
  smallestMegabytes: 200,
  keepsBackups: true,
  prefix: '',
  routes,
  refusals: { ges: refusalsOf(snakeError), 'ges-v1': refusalsOf(camelError) },
};
