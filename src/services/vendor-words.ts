import type { ErrorRules } from './api-call.ts';

/**
 * The kinds of text that come from the vendor: only such text may leave the account. `word`: one of the known words.
 * `state`: one of them, a number of up to three digits, or composed of {@link STATE_WORDS}, because undocumented states are
 * worth knowing. `code`: a code of `errors.codes`, or a known prefix, a dot and a number. `message`: only its known words.
 * `time`: shifted by a number of seconds.
 */
const FIELD_KINDS = [
  'word',
  'state',
  'number',
  'count',
  'version',
  'schedule',
  'code',
  'message',
  'time',
] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

type Words = string | readonly string[];

/** What recordings may keep unredacted of the responses of a service, each as an array or as words separated by spaces. */
export interface VendorWords {
  /** Fields whose values may be kept. */
  readonly fields?: Readonly<Partial<Record<FieldKind, Words>>>;
  /** Fields that contain other fields. The contents of all others, such as tags, are the user's. */
  readonly containers?: Words;
  /** Names of fields whose values are never kept. The name of any other field might be the user's. */
  readonly names?: Words;
  /** Words of the vendor, as text of a `word` or a `state`. */
  readonly words?: Words;
  /** Words of error messages, in lower case. Any other, such as a name or an id, is the user's. */
  readonly messages?: Words;
  /** What error codes begin with: `DBS` of `DBS.200010`. */
  readonly codes?: Words;
}

const wordsOf = (words: Words = []): readonly string[] =>
  typeof words === 'string' ? words.trim().split(/\s+/) : words;

/** What several services have in common. */
const COMMON: VendorWords = {
  fields: {
    word: 'type backup_type backup_method engine arch product_type mode datastore_type',
    state: 'status task_status sub_status',
    number: 'size duration',
    count: 'keep_days keep_day backup_count total_count total count progress limit offset error_status',
    version: 'version engineVersion complete_version',
    schedule: 'start_time period backup_strategy time_zone',
    code: 'error_code code',
    message: 'error_msg message title',
    time: 'start_time end_time begin_time created updated created_at updated_at',
  },
  containers: `
    backups instances resources datastore backup_strategy backup_policy policy error unauthorized job
    jobs`,
  names: `
    id name instance_id instance_name backup_id backup_name resource_id resource_name policy_id
    parent_id project_id enterprise_project_id request_id job_id user_id domain_id order_id product_id
    flavor_ref vpc_id subnet_id security_group_id tags sys_tags key value encrypted disk_encryption_id
    enabled auto_backup description remark databases database resource backup supported port private_ips
    public_ips db_user_name nodes volume region availability_zone charge_info pay_mode ha
    backup_policy_id node_type groups error_info fail_reason`,
  words: `
    auto Auto AUTO manual Manual MANUAL backup full Full incremental Incremental differential fragment
    daily hourly 0 1 2 3 x86_64 aarch64 x86 arm64 Physical Logical Snapshot physical logical InMemory
    Persistence Cluster`,
  messages: `
    a an and any are at be been being but by can cannot does for from has have if in invalid is it its
    must no not of on only or out please than that the then there this to too was were with access
    account agency already api authenticated authentication authorization backup backups bad between
    busy conflict database db delete deleted denied empty error exceed exceeds exist exists expected
    expired failed find forbidden format found frozen greater id illegal incorrect instance instances
    insufficient internal job larger later less limit list malformed maximum method minimum missing more
    name number offset operation page parameter parameters permission permissions permitted policy
    project quota range request required resource retry running server service signature size specified
    state status such supported system the throttled time token type unauthorized unavailable unknown
    unsupported url user valid value values wrong`,
  codes: 'APIG APIGW DBS IAM',
};

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

type Look = (text: string) => boolean;

const LOOKS: Readonly<Record<Exclude<FieldKind, 'word' | 'state' | 'code' | 'message' | 'time'>, Look>> = {
  // Nobody has ten million of anything; a longer number is one of the user's.
  count: (text) => /^\d{1,7}(?:\.\d{1,3})?,?$/.test(text),
  number: (text) => /^-?\d{1,15}(?:\.\d{1,12})?,?$/.test(text),
  // Not what could be an address.
  version: (text) => /^(?:\d{1,2}(?:\.\d{1,4}){0,2}|\d(?:\.\d{1,4}){3})$/.test(text),
  schedule: (text) => SCHEDULES.some((schedule) => schedule.test(text)),
};

/** Tells what the vendor wrote from what is the user's. */
export interface Dictionary {
  /** How a field's text may look to be kept; empty for a field that is never kept. */
  readonly kindsOf: (field: string) => readonly FieldKind[];
  /** Whether a text of a field of that kind is a word of the vendor. */
  readonly isVendorText: (kind: Exclude<FieldKind, 'message' | 'time'>, text: string) => boolean;
  /** Whether a name of a field is the vendor's. */
  readonly isFieldName: (name: string) => boolean;
  /** Whether what stands in a field consists of fields of the vendor. */
  readonly isContainer: (name: string) => boolean;
  /** Whether a word of an error message says nothing of the account. */
  readonly isMessageWord: (word: string) => boolean;
}

/** The dictionary of some services. */
export function dictionaryOf(
  services: readonly { readonly vendorWords: VendorWords; readonly errors?: ErrorRules }[],
): Dictionary {
  const all = [COMMON, ...services.map(({ vendorWords }) => vendorWords)];
  const setOf = (key: Exclude<keyof VendorWords, 'fields'>): ReadonlySet<string> =>
    new Set(all.flatMap((words) => wordsOf(words[key])));
  const kinds = new Map<string, readonly FieldKind[]>();
  for (const kind of FIELD_KINDS) {
    for (const field of new Set(all.flatMap(({ fields }) => wordsOf(fields?.[kind])))) {
      kinds.set(field, [...(kinds.get(field) ?? []), kind]);
    }
  }
  const containers = setOf('containers');
  const names = new Set([...kinds.keys(), ...containers, ...setOf('names')]);
  const words = setOf('words');
  const messages = setOf('messages');
  const codes = new Set(services.flatMap(({ errors }) => Object.keys(errors?.codes ?? {})));
  const code = new RegExp(`^(?:(?:${[...setOf('codes')].join('|')})\\.\\d{1,8}|\\d{1,4})$`);
  const looks = {
    ...LOOKS,
    word: (text: string) => words.has(text),
    state: (text: string) => words.has(text) || isState(text),
    code: (text: string) => codes.has(text) || code.test(text),
  };
  return {
    kindsOf: (field) => kinds.get(field) ?? [],
    isVendorText: (kind, text) => looks[kind](text),
    isFieldName: (name) => names.has(name),
    isContainer: (name) => containers.has(name),
    isMessageWord: (word) => messages.has(word.toLowerCase()),
  };
}
