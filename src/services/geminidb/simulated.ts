import { jsonObject } from '../../simulated-cloud/cloud-state.ts';
import { backupId } from '../../simulated-cloud/resource.ts';
import { zonelessTime } from '../../simulated-cloud/time-formats.ts';
import { simulatedDatabase } from '../simulated-database.ts';

/** `2019-05-27T03:38:51+0000`. */
const zeroZoneTime = (unixSeconds: number): string => `${zonelessTime(unixSeconds)}+0000`;

/** GeminiDB of the simulated cloud: version 4 of the list, KB with a fraction, a list of jobs. */
export const simulatedGeminidb = simulatedDatabase({
  type: 'geminidb',
  number: 5,
  suffix: '06',
  engine: 'cassandra',
  version: '3.11',
  permissions: {
    backups: 'nosql:backup:list',
    instances: 'nosql:instance:list',
    policy: 'nosql:instance:list',
    create: 'nosql:backup:create',
  },
  backupsPath: '/v4/{project_id}/backups',
  policyPath: '/v3.1/{project_id}/instances/{instance_id}/backups/policy',
  createPath: '/v3/{project_id}/instances/{instance_id}/backups',
  size: (megabytes) => megabytes * 1024 + 0.5,
  time: zeroZoneTime,
  created: zonelessTime,
  row: ({ resource }) => ({ instance_name: resource.name, database_tables: [] }),
  method: ({ method }) => (method === 'auto' ? 'Auto' : 'Manual'),
  readCreate: (call) => ({ instanceId: call.parameters['instance_id'], name: jsonObject(call)?.['name'] }),
  createResponse: (backup, jobId) => ({ job_id: jobId, backup_id: backupId(backup) }),
  jobs: 'list',
});
