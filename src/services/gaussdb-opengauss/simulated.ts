import { blankTime, chineseTime } from '../../simulated-cloud/time-formats.ts';
import { createdBackup, plainCreate, simulatedDatabase } from '../simulated-database.ts';

/** GaussDB of the simulated cloud: MB with a fraction, no names of instances in rows, creation times that end in UTC. */
export const simulatedGaussdbOpengauss = simulatedDatabase({
  type: 'gaussdb-opengauss',
  number: 6,
  suffix: '14',
  engine: 'GaussDB',
  version: '8.0',
  permissions: {
    backups: 'gaussdb:backup:list',
    instances: 'gaussdb:instance:list',
    policy: 'gaussdb:instance:list',
    create: 'gaussdb:backup:create',
  },
  backupsPath: '/v3/{project_id}/backups',
  policyPath: '/v3/{project_id}/instances/{instance_id}/backups/policy',
  createPath: '/v3/{project_id}/backups',
  size: (megabytes) => megabytes + 0.25,
  time: chineseTime,
  created: (unixSeconds) => `${blankTime(unixSeconds)} UTC`,
  instance: () => ({ status: 'ACTIVE', type: 'Ha' }),
  method: ({ method }) => method,
  readCreate: plainCreate,
  createResponse: (backup, jobId) => ({ backup: createdBackup(backup, chineseTime), job_id: jobId }),
  jobs: 'one',
});
