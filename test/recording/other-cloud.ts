import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What nobody but the owner of the account may learn: planted wherever an API has room for it. */
export const SECRETS = {
  user: 'svc-neptun-backup',
  domain: 'hw_acme_holding_77',
  password: 'C0rrect!Horse_Battery',
  projectId: '5fe0c1d2a3b4958671122334455667aa',
  configuredProject: 'neptun-production',
  token: 'MIIabcTOKENtoken0123456789abcdefTOKEN==',
  userId: '9d4f5e6a7b8c9d0e1f2a3b4c5d6e7f80',
  accountId: '7c6b5a493827160504f3e2d1c0b9a887',
  graphId: '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0',
  otherGraphId: '11223344-5566-4778-899a-abbccddeeff0',
  thirdGraphId: 'c0ffee00-1111-4222-8333-444455556666',
  graphName: 'fraud-ring-detection',
  otherGraphName: 'Überweisungen-Köln',
  thirdGraphName: '客户数据-生产环境',
  backupName: 'before merger with Globex',
  instanceId: 'aa11bb22cc33dd44ee55ff6677889900in01',
  otherInstanceId: 'ba98fe76dc54ba32109876543210fedcin01',
  instanceName: 'hr-salaries-db',
  otherInstanceName: 'ceo-mailbox',
  address: '10.201.37.149',
  publicAddress: '139.159.211.43',
  ipv6: '2001:db8:85a3::8a2e:370:7334',
  host: 'db.internal.globex.example',
  tagKey: 'KostenstelleVorstand',
  tagValue: 'M&A-Projekt-Falke',
  tagLikeField: 'status_neptun_hidden',
  systemTag: '_sys_enterprise_project_4711',
  description: 'call Jane Roe +49 221 5559876 before deleting',
  vpc: 'e8d7c6b5-a493-4827-9160-504f3e2d1c0b',
  subnet: '6f5e4d3c2b1a49388271605f4e3d2c1b',
  securityGroup: 'sg-payments-restricted',
  databaseUser: 'root_globex',
  connection: 'mysql://root_globex:hunter22!@db.internal.globex.example:53306/payroll',
  kms: 'kms-key-0f1e2d3c4b5a',
  mapKey: 'customer-4242-volume',
  unknownField: 'acmeInternalField',
  bucket: 'obs-globex-disaster-recovery',
  emailInStatus: 'jane.roe@globex.example',
  nestedValue: 'inner-Geheimnis-17',
  encodedForm: 'pass%20word%2Fglobex',
  requestId: 'req-8e7d6c5b4a39281706f5e4d3c2b1a098',
  header: 'edge-node-globex-7.example',
  headerName: 'x-acme-tenant',
  errorDetail: 'arn:globex:tenant/jane',
  version: 'custom-build-globex-8.0.32',
  type: 'globex-special-type',
  region: 'globex-dc-west-3',
  emoji: 'rocket🚀globex',
} as const;

/** Numbers that tell as much. */
export const SECRET_NUMBERS = {
  account: 771_234_567_890,
  port: 54_327,
  price: 98_765.43,
  numericId: 40_417_273_747,
  cents: 88_776_655,
} as const;

const DAY = 86_400_000;
const PROJECT = SECRETS.projectId;

/** How a cloud differs from what is assumed. */
export interface Difference {
  readonly offsetIsPage?: boolean;
  readonly status?: string;
  readonly timeForm?: (time: Date) => string;
  readonly durationFactor?: number;
  readonly sizeFactor?: number;
  /** Hours that texts are ahead of timestamps. */
  readonly zone?: number;
  readonly unknownCode?: string;
  readonly largestLimit?: number;
  readonly behindTheEnd?: number;
  readonly totalOfPage?: boolean;
  readonly throttleAfter?: number;
}

const at = (time: number): string => new Date(time).toISOString().slice(0, 19);

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

/** The response about one instance. */
function answerOf(path: string, unknownCode: string): { status: number; body: unknown } {
  if (path.endsWith('/backups/policy') && path.includes(SECRETS.instanceId)) {
    return {
      status: 200,
      body: {
        backup_policy: {
          keep_days: 7,
          start_time: '01:00-02:00',
          period: '1,2,3,4,5,6,7',
          owner: SECRETS.emailInStatus,
        },
      },
    };
  }
  return {
    status: 404,
    body: {
      error_code: unknownCode,
      error_msg: `The instance ${path} of ${SECRETS.errorDetail} at ${SECRETS.address} does not exist.`,
      request_id: SECRETS.requestId,
    },
  };
}

/** A cloud that shares nothing with the simulated one: GES, and RDS whose lists are of instances. */
export async function startOtherCloud(difference: Difference = {}) {
  const now = Date.now();
  const graphs = graphRows(difference, now);
  const databases = databaseRows(now);
  const requests: string[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;

  const page = (query: URLSearchParams, rows: readonly unknown[], standard: number) => {
    const limit = Number(query.get('limit') ?? standard);
    const offset = Number(query.get('offset') ?? 0) * (difference.offsetIsPage === true ? limit : 1);
    const shown = rows.slice(offset, offset + Math.min(limit, difference.largestLimit ?? limit));
    return { shown, total: difference.totalOfPage === true ? shown.length : rows.length, offset };
  };

  const answer = (url: URL): { status: number; body: unknown } => {
    const { pathname: path, searchParams: query } = url;
    const endpoint = `/${SECRETS.host}/v2/${PROJECT}`;
    const list = (rows: readonly unknown[], name: string, totalName: string, standard = 10) => {
      const { shown, total, offset } = page(query, rows, standard);
      if (offset >= 100_000 && difference.behindTheEnd !== undefined) {
        return { status: difference.behindTheEnd, body: { error_code: 'GES.0001', error_msg: 'bad offset' } };
      }
      return { status: 200, body: { [name]: shown, [totalName]: total } };
    };
    if (difference.throttleAfter !== undefined && requests.length > difference.throttleAfter) {
      return { status: 429, body: { error_code: 'APIGW.0308', error_msg: 'throttled' } };
    }
    if (path === `${endpoint}/graphs/backups`) return list(graphs.backups, 'backup_list', 'backup_count');
    if (path === `${endpoint}/graphs`) return list(graphs.inventory, 'graphs', 'graph_count');
    const rds = `/v3/${PROJECT}`;
    if (path === `${rds}/instances`) return list(databases.instances, 'instances', 'total_count', 100);
    if (path === `${rds}/backups`) {
      const id = query.get('instance_id') ?? '';
      const rows = query.get('backup_type') === 'manual' ? [] : databases.backupsOf(id);
      return list(rows, 'backups', 'total_count', 100);
    }
    return answerOf(path, path.startsWith(endpoint) ? (difference.unknownCode ?? 'GES.8301') : 'DBS.280110');
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for await (const _ of request);
    const url = new URL(request.url ?? '', 'http://cloud');
    requests.push(`${request.method} ${request.url}`);
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    await new Promise((resolve) => setTimeout(resolve, 1));
    atOnce -= 1;
    response.setHeader('content-type', 'application/json');
    response.setHeader('server', SECRETS.header);
    response.setHeader('x-request-id', SECRETS.requestId);
    response.setHeader(SECRETS.headerName, SECRETS.accountId);
    response.setHeader('set-cookie', [`session=${SECRETS.userId}`]);
    if (url.pathname.endsWith('/auth/tokens')) {
      response.setHeader('x-subject-token', SECRETS.token);
      response.statusCode = 201;
      const expires = new Date(now + DAY).toISOString();
      const user = { id: SECRETS.userId, name: SECRETS.user, domain: { name: SECRETS.domain } };
      response.end(JSON.stringify({ token: { expires_at: expires, user, project: { id: PROJECT } } }));
      return;
    }
    const { status, body } = answer(url);
    response.statusCode = status;
    response.end(JSON.stringify(body));
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    requests,
    mostAtOnce: () => mostAtOnce,
    /** A configuration that names resources in overrides and filters. */
    configuration: JSON.stringify({
      rpo: {
        default: '26h',
        overrides: [
          { match: { resource_name: `^${SECRETS.otherGraphName}$` }, rpo: '7d' },
          { match: { service: 'rds', resource_id: SECRETS.instanceId }, rpo: 'policy' },
        ],
      },
      projects: [
        {
          name: SECRETS.configuredProject,
          region: 'cn-north-4',
          iam_endpoint: origin,
          credentials: {
            type: 'password',
            user: SECRETS.user,
            domain: SECRETS.domain,
            password: SECRETS.password,
          },
          services: [
            { type: 'ges', endpoint: `${origin}/${SECRETS.host}` },
            { type: 'rds', endpoint: origin, exclude: { resource_name: SECRETS.otherInstanceName } },
          ],
        },
      ],
    }),
  };
}

/** A text in every form in which it could be in a file. */
export function encodingsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'utf8');
  const escaped = Array.from(
    { length: text.length },
    (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
  // Base64 of a part of a longer text depends on where it begins.
  const base64 = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return whole.slice(before === 0 ? 0 : before + 1, -1);
  });
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    escaped,
    encodeURIComponent(text),
    encodeURI(text),
    bytes.toString('hex'),
    [...text].reverse().join(''),
    ...base64,
    ...base64.map((one) => one.replaceAll('+', '-').replaceAll('/', '_')),
  ].map((one) => one.toLowerCase());
}
