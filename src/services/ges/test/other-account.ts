import {
  at,
  DAY,
  type Difference,
  type OtherService,
  SECRET_NUMBERS,
  SECRETS,
  unknownThing,
} from '../../../../test/recording/other-cloud.ts';

/** The graphs of an account with many secrets. */
export const OTHER_GES: OtherService = {
  type: 'ges',
  prefix: `/${SECRETS.host}`,
  settings: {},
  overrides: [{ match: { resource_name: `^${SECRETS.otherGraphName}$` }, rpo: '7d' }],
  respond: ({ path, difference, now }) => {
    const { inventory, backups } = graphRows(difference, now);
    switch (path) {
      case `/v2/${SECRETS.projectId}/graphs/backups`:
        return { rows: backups, name: 'backup_list', totalName: 'backup_count', standardLimit: 10 };
      case `/v2/${SECRETS.projectId}/graphs`:
        return { rows: inventory, name: 'graphs', totalName: 'graph_count', standardLimit: 10 };
      default:
        return unknownThing('graph', path, difference.unknownCode ?? 'GES.8301');
    }
  },
};

function graphRows(
  { status, timeForm, durationFactor = 1, sizeFactor = 1, zone = 0 }: Difference,
  now: number,
) {
  const graphs = [
    { id: SECRETS.graphId, name: SECRETS.graphName, status: '200' },
    { id: SECRETS.otherGraphId, name: SECRETS.otherGraphName, status: '200' },
    { id: SECRETS.thirdGraphId, name: SECRETS.thirdGraphName, status: '900' },
  ];
  const inventory = graphs.map((graph, index) => ({
    ...graph,
    graph_size_type_index: '2',
    data_store_version: '2.4.2',
    arch: 'x86_64',
    encrypted: false,
    created: at(now - 90 * DAY),
    tags: [
      { key: SECRETS.tagKey, value: SECRETS.tagValue },
      { key: 'status', value: SECRETS.tagLikeField },
    ],
    sys_tags: [{ key: SECRETS.systemTag, value: String(SECRET_NUMBERS.account) }],
    metadata: { status: 'neptunhidden', [SECRETS.mapKey]: { size: SECRET_NUMBERS.cents } },
    private_ip: SECRETS.address,
    public_ip: SECRETS.publicAddress,
    ipv6: SECRETS.ipv6,
    vpc_id: SECRETS.vpc,
    subnet_id: SECRETS.subnet,
    security_group_id: SECRETS.securityGroup,
    enterprise_project_id: SECRETS.accountId,
    created_by: SECRETS.userId,
    [SECRETS.unknownField]: [SECRETS.bucket, { deep: [SECRETS.emoji] }],
    account: SECRET_NUMBERS.account,
    traffic_ip_list: [SECRETS.host],
    region: SECRETS.region,
    index,
  }));
  const backups = graphs.flatMap((graph, which) =>
    Array.from({ length: 7 }, (_, nth) => {
      const end = now - nth * DAY - (which + 1) * 3_600_000 - (which === 1 ? 3 * DAY : 0);
      const start = end - 120_000;
      const time = (one: number) => timeForm?.(new Date(one)) ?? at(one + zone * 3_600_000);
      const failed = which === 0 && nth === 2;
      return {
        end,
        row: {
          id: `${which}${nth}aabbcc-0000-4000-8000-0123456789ab`,
          name: nth === 0 ? SECRETS.backupName : `${graph.name}_${nth}`,
          backup_method: nth === 3 ? 'manual' : 'auto',
          graph_id: graph.id,
          graph_name: graph.name,
          graph_status: graph.status,
          graph_size_type_index: '2',
          data_store_version: '2.4.2',
          arch: 'x86_64',
          status: failed ? 'failed' : nth === 4 && status !== undefined ? status : 'success',
          ...(timeForm === undefined && { start_timestamp: start, end_timestamp: end }),
          start_time: time(start),
          end_time: time(end),
          size: (100 + nth + which) * sizeFactor,
          duration: 120 * durationFactor,
          encrypted: false,
          description: SECRETS.description,
          extra: JSON.stringify({ nested: SECRETS.nestedValue, form: SECRETS.encodedForm }),
          obs_bucket: SECRETS.bucket,
        },
      };
    }),
  );
  return { inventory, backups: backups.sort((one, other) => other.end - one.end).map(({ row }) => row) };
}
