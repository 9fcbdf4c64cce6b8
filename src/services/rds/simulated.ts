import { chineseTime } from '../../simulated-cloud/time-formats.ts';
import { createdBackup, plainCreate, simulatedDatabase } from '../simulated-database.ts';

/** RDS of the simulated cloud: one list for each instance and type of backup, KB, no job. */
export const simulatedRds = simulatedDatabase({
  type: 'rds',
  number: 3,
  suffix: '01',
  engine: 'MySQL',
  version: '8.0',
  permissions: {
    backups: 'rds:backup:list',
    instances: 'rds:instance:list',
    policy: 'rds:instance:list',
    create: 'rds:backup:create',
  },
  backupsPath: '/v3/{project_id}/backups',
  policyPath: '/v3/{project_id}/instances/{instance_id}/backups/policy',
  createPath: '/v3/{project_id}/backups',
  refuseQuery: (query) => {
    const type = query.get('backup_type');
    if (!query.has('instance_id')) return 'instance_id';
    return type === null || ['auto', 'manual', 'fragment', 'incremental'].includes(type)
      ? undefined
      : 'backup_type';
  },
  isListed: ({ method }, query) => method === (query.get('backup_type') ?? method),
  size: (megabytes) => megabytes * 1024,
  time: chineseTime,
  created: chineseTime,
  instance: ({ index }) => ({
    status: 'ACTIVE',
    type: index === 3 ? 'Replica' : 'Ha',
    disk_encryption_id: '',
  }),
  method: ({ method }) => method,
  readCreate: plainCreate,
  createResponse: (backup) => ({ backup: createdBackup(backup, chineseTime) }),
  jobs: 'none',
});
