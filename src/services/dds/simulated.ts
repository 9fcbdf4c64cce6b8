import { isObject, jsonObject } from '../../simulated-cloud/cloud-state.ts';
import { backupId } from '../../simulated-cloud/resource.ts';
import { blankTime, zonelessTime } from '../../simulated-cloud/time-formats.ts';
import { simulatedDatabase } from '../simulated-database.ts';

/** DDS of the simulated cloud: KB, times with a space and without a zone, a wrapped response to creation. */
export const simulatedDds = simulatedDatabase({
  type: 'dds',
  number: 4,
  suffix: '02',
  engine: 'DDS-Community',
  version: 4.2,
  permissions: {
    backups: 'dds:backup:list',
    instances: 'dds:instance:list',
    policy: 'dds:instance:list',
    create: 'dds:instance:createManualBackup',
  },
  backupsPath: '/v3/{project_id}/backups',
  policyPath: '/v3/{project_id}/instances/{instance_id}/backups/policy',
  createPath: '/v3/{project_id}/backups',
  size: (megabytes) => megabytes * 1024,
  time: blankTime,
  created: zonelessTime,
  row: ({ resource }) => ({ instance_name: resource.name, backup_method: 'Physical', kms_enable: false }),
  method: ({ method }) => (method === 'auto' ? 'Auto' : 'Manual'),
  readCreate: (call) => {
    const body = jsonObject(call)?.['backup'];
    const backup = isObject(body) ? body : {};
    return { instanceId: backup['instance_id'], name: backup['name'] };
  },
  createResponse: (backup, jobId) => ({ backup_id: backupId(backup), job_id: jobId }),
  jobs: 'one',
});
