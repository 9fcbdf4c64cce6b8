import {
  at,
  DAY,
  type OtherService,
  SECRET_NUMBERS,
  SECRETS,
  unknownThing,
} from '../../../../test/recording/other-cloud.ts';

const ROOT = `/v3/${SECRETS.projectId}`;

/** The instances of an account with many secrets. */
export const OTHER_RDS: OtherService = {
  type: 'rds',
  prefix: '',
  settings: { exclude: { resource_name: SECRETS.otherInstanceName } },
  overrides: [{ match: { service: 'rds', resource_id: SECRETS.instanceId }, rpo: 'policy' }],
  respond: ({ path, query, now }) => {
    const { instances, backupsOf } = databaseRows(now);
    if (path === `${ROOT}/instances`) {
      return { rows: instances, name: 'instances', totalName: 'total_count', standardLimit: 100 };
    }
    if (path === `${ROOT}/backups`) {
      const rows = query.get('backup_type') === 'manual' ? [] : backupsOf(query.get('instance_id') ?? '');
      return { rows, name: 'backups', totalName: 'total_count', standardLimit: 100 };
    }
    return path.endsWith('/backups/policy') && path.includes(SECRETS.instanceId)
      ? { status: 200, body: { backup_policy: POLICY } }
      : unknownThing('instance', path, 'DBS.280110');
  },
};

const POLICY = {
  keep_days: 7,
  start_time: '01:00-02:00',
  period: '1,2,3,4,5,6,7',
  owner: SECRETS.emailInStatus,
};

function databaseRows(now: number) {
  const zoned = (time: number): string => `${at(time + 8 * 3_600_000)}+0800`;
  const instances = [SECRETS.instanceId, SECRETS.otherInstanceId].map((id, index) => ({
    id,
    name: index === 0 ? SECRETS.instanceName : SECRETS.otherInstanceName,
    status: index === 0 ? 'ACTIVE' : SECRETS.emailInStatus,
    type: index === 0 ? 'Ha' : SECRETS.type,
    created: zoned(now - 30 * DAY),
    port: SECRET_NUMBERS.port,
    private_ips: [SECRETS.address],
    db_user_name: SECRETS.databaseUser,
    connection_string: SECRETS.connection,
    datastore: { type: 'MySQL', version: index === 0 ? '8.0' : SECRETS.version },
    backup_strategy: { start_time: '01:00-02:00', keep_days: 7 },
    volume: { type: SECRETS.kms, size: SECRET_NUMBERS.cents },
    charge_info: { price: SECRET_NUMBERS.price, order_id: SECRET_NUMBERS.numericId },
    disk_encryption_id: SECRETS.kms,
    tags: { [SECRETS.tagKey]: SECRETS.tagValue },
    user_email: SECRETS.emailInStatus,
  }));
  const backupsOf = (id: string) =>
    Array.from({ length: id === SECRETS.instanceId ? 4 : 2 }, (_, nth) => ({
      id: `${nth}f${id.slice(2, 32)}br01`,
      instance_id: id,
      name: `${SECRETS.instanceName}-${nth}`,
      type: 'auto',
      begin_time: zoned(now - nth * DAY - 7_200_000),
      end_time: zoned(now - nth * DAY - 3_600_000),
      size: 4096 * (nth + 1),
      status: 'COMPLETED',
      datastore: { type: 'MySQL', version: '8.0' },
    }));
  return { instances, backupsOf };
}
