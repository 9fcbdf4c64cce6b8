/**
 * How the text of a field looks when it is the vendor's: only such a text may leave the account. `word`: one of
 * {@link WORDS}. `state`: a code, or
 * made of {@link STATE_WORDS}, because a state that nobody documented is worth knowing. `message`: of its words
 * those that are known. `time`: shifted by some number of seconds.
 */
export type FieldKind =
  | 'word'
  | 'state'
  | 'number'
  | 'count'
  | 'version'
  | 'schedule'
  | 'code'
  | 'message'
  | 'time';

const wordsOf = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Fields whose values may be kept. */
const FIELDS: Readonly<Record<FieldKind, string>> = {
  word: `
    type backup_type backup_method backupMethod image_type operation_type engine arch architecture cpu_type
    resource_type object_type protect_type period_type product_type mode backup_level backup_format datastore_type`,
  state: 'status graph_status graphStatus protect_status task_status sub_status',
  number: `size duration take_up_time backup_size resource_size`,
  count: `
    keep_days keep_day save_days backup_count backupCount graph_count graphCount total_count total count instance_num
    total_num graph_size_type_index graphSizeTypeIndex progress backup_at limit offset error_status`,
  version: 'version data_store_version dataStoreVersion engine_version engineVersion complete_version',
  schedule: 'start_time period begin_at backup_strategy pattern timezone_offset time_zone',
  code: 'error_code errorCode errCode code',
  message: 'error_msg errorMessage externalMessage message title spec_code',
  time: `
    start_timestamp end_timestamp startTimestamp endTimestamp start_time end_time startTime endTime begin_time created
    updated created_at updated_at protected_at expired_at started finished started_at ended_at`,
};

const KINDS: ReadonlyMap<string, readonly FieldKind[]> = (() => {
  const kinds = new Map<string, readonly FieldKind[]>();
  for (const kind of Object.keys(FIELDS) as FieldKind[]) {
    for (const field of wordsOf(FIELDS[kind])) kinds.set(field, [...(kinds.get(field) ?? []), kind]);
  }
  return kinds;
})();

/** Fields that hold other fields. What stands in any other, such as tags, is the user's. */
const CONTAINERS: ReadonlySet<string> = new Set(
  wordsOf(`
    backups backup_list backupList graphs instances backup_record_response snapshots clusters vaults resources policies
    operation_logs datastore backup_strategy backup_strategies backup_policy instance_backup_policy policy
    periodical_backup_plan billing trigger properties extend_info error unauthorized job jobs checkpoint`),
);

/** Names of fields whose values never stay. The name of any other field might be the user's own word. */
const NAMES: ReadonlySet<string> = new Set([
  ...KINDS.keys(),
  ...CONTAINERS,
  ...wordsOf(`
    id name instance_id instance_name backup_id backup_name graph_id graph_name graphId graphName cluster_id cluster_name
    resource_id resource_name vault_id vault_name policy_id parent_id checkpoint_id provider_id project_id
    enterprise_project_id request_id job_id user_id domain_id order_id product_id flavor_ref vpc_id subnet_id
    security_group_id tags sys_tags key value encrypted kms_enable disk_encryption_id enabled auto_trigger auto_protect
    auto_backup description remark databases database_tables database_name table_list schema_list database
    fine_grained_backup fine_grained_backup_detail associated_vaults children extra_info resource backup supported
    port private_ips public_ips db_user_name nodes volume region availability_zone charge_info pay_mode ha
    backup_policy_id vertex_id_type is_multi_az node_type groups error_info fail_reason`),
]);

/** Words of the vendor, as text of a `word` and within a message. */
const WORDS: ReadonlySet<string> = new Set([
  'GaussDB(for MySQL)',
  ...wordsOf(`
    auto Auto AUTO manual Manual MANUAL import Import Instance backup replication full Full incremental Incremental
    differential fragment DatabaseTable cluster schema table weekly daily hourly 0 1 2 3
    x86_64 aarch64 x86 arm64 Physical Logical Snapshot physical logical InMemory Persistence rdb aof
    Single Ha Replica Cluster Sharding ReplicaSet Enterprise Combined Redis Memcached redis memcached MySQL PostgreSQL
    SQLServer MariaDB DDS-Community DDS-Enhanced GaussDB GaussDB(openGauss) gaussdb-mysql TaurusDB cassandra mongodb
    influxdb dynamodb hbase server disk turbo workspace vmware file shared_with_server
    OS::Nova::Server OS::Cinder::Volume OS::Ironic::BareMetalServer OS::Native::Server OS::Sfs::Turbo
    OS::Workspace::DesktopV2`),
]);

/** Words of error messages. Any other, such as a name or an id, is the user's. */
const MESSAGE_WORDS: ReadonlySet<string> = new Set(
  wordsOf(`
    a an and any are at be been being but by can cannot does for from has have if in invalid is it its must no not of
    on only or out please than that the then there this to too was were with access account agency already api
    authenticated authentication authorization backup backups bad between busy cluster conflict database db delete
    deleted denied empty error exceed exceeds exist exists expected expired failed find forbidden format found frozen
    graph greater id illegal incorrect instance instances insufficient internal job larger later less limit list
    malformed maximum method minimum missing more name number offset operation page parameter parameters permission
    permissions permitted policy project quota range request required resource retry running server service signature
    size snapshot specified state status such supported system the throttled time token type unauthorized unavailable
    unknown unsupported url user valid value values vault wrong redis memcached single ha proxy`),
);

/** What statuses are made of: `backing_up`, `PARTIAL_SUCCESS`. */
const STATE_WORDS: ReadonlySet<string> = new Set(
  wordsOf(`
    abnormal abort aborted accepted activating active archive archived archiving auto available backing backup backuping
    being build building cancel canceled canceling cancelled change changing check checking closed complete completed
    completing copied copy copying create created createfail createfailed creating data deactivated deactivating degraded delete
    deleted deleting disabled disk done down draft enabled end ended error exception execute executing expanding expired
    expiring export exporting extending fail failed failure faulty finished forbidden freezing frozen full grow growing
    import importing in inactive incomplete init initializing instance invalid isolated lock locked locking maintaining
    maintenance database police port type class switch ha migrating modifying network new node none normal offline ok on online open partial partially paused
    pausing pending preparing process processing progress protect protecting queued readonly ready reboot rebooting
    recovering recovery redistributing removed removing replicating resize resized resizing restarting restore restored
    restoring resumed resuming retrying rolling rollback running scaling scheduled set shut shutdown skipped spec start
    started starting status stop stopped stopping storage succeed succeeded success successful suspended switching
    switchover sync syncing terminated terminating timeout timed out unavailable unknown unlocking up updating upgrading
    verified verifying version volume wait waiting with without`),
);

const isState = (text: string): boolean =>
  text.length <= 40 &&
  (/^\d{1,3}$/.test(text) || text.split(/[_ -]/).every((part) => STATE_WORDS.has(part.toLowerCase())));

const DAYS = 'MO|TU|WE|TH|FR|SA|SU|SUN|MON|TUE|WED|THU|FRI|SAT';
const SCHEDULES: readonly RegExp[] = [
  // 22:00-23:00, and the hours of the zone.
  /^\d\d:\d\d-\d\d:\d\d$/,
  /^(?:UTC)?[+-]\d\d:?\d\d$/,
  // 1,2,3
  /^[0-7](?:, ?[0-7]){0,6},?$/,
  // Quartz and RRULE.
  new RegExp(String.raw`^(?:(?:[\d*?/,LW#-]|${DAYS}){1,30}(?: |$)){6,7}$`),
  new RegExp(
    String.raw`^(?:FREQ=(?:HOURLY|DAILY|WEEKLY|MONTHLY)|BYDAY=(?:${DAYS}|,){1,20}|(?:BYHOUR|BYMINUTE|INTERVAL|BYMONTHDAY)=[\d,]{1,60}|;)+$`,
  ),
];

const LOOKS: Readonly<Record<Exclude<FieldKind, 'message' | 'time'>, (text: string) => boolean>> = {
  word: (text) => WORDS.has(text),
  state: isState,
  // Nobody has ten million of anything; a longer number is one of the user's.
  count: (text) => /^\d{1,7}(?:\.\d{1,3})?,?$/.test(text),
  number: (text) => /^-?\d{1,15}(?:\.\d{1,12})?,?$/.test(text),
  // Not what could be an address.
  version: (text) => /^(?:\d{1,2}(?:\.\d{1,4}){0,2}|\d(?:\.\d{1,4}){3})$/.test(text),
  schedule: (text) => SCHEDULES.some((schedule) => schedule.test(text)),
  code: (text) =>
    /^(?:(?:APIGW?|BackupService|CBR|DBS|DCS|DDS|DWS|GES|IAM|NoSQL|RDS)\.\d{1,8}|\d{1,4})$/.test(text),
};

/** How a field's text may look to be kept; empty for a field that is never kept. */
export const kindsOf = (field: string): readonly FieldKind[] => KINDS.get(field) ?? [];

/** Whether a text of a field of that kind is a word of the vendor. */
export const isVendorText = (kind: keyof typeof LOOKS, text: string): boolean => LOOKS[kind](text);

/** Whether a name of a field is the vendor's. */
export const isFieldName = (name: string): boolean => NAMES.has(name);

/** Whether what stands in a field consists of fields of the vendor. */
export const isContainer = (name: string): boolean => CONTAINERS.has(name);

/** Whether a word of an error message says nothing of the account. */
export const isMessageWord = (word: string): boolean => MESSAGE_WORDS.has(word.toLowerCase());
