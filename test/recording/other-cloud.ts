import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Secrets of the account, planted in every possible field of the APIs. */
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

/** Secret numbers, too long to occur by chance. */
export const SECRET_NUMBERS = {
  account: 771_234_567_890,
  port: 54_327_543_271,
  price: 98_765.43,
  numericId: 40_417_273_747,
  cents: 88_776_655_443,
} as const;

export const DAY = 86_400_000;

/** A response from the cloud. */
export interface OtherResponse {
  readonly status: number;
  readonly body: unknown;
}

/** A paged list, and the keys of its envelope. */
export interface OtherList {
  readonly rows: readonly unknown[];
  readonly name: string;
  readonly totalName: string;
  readonly standardLimit: number;
}

/** A service of the account. */
export interface OtherService {
  readonly type: string;
  /** The prefix of all its paths, `/PREFIX` or empty. */
  readonly prefix: string;
  /** Further settings. */
  readonly settings: object;
  /** Overrides of objectives. */
  readonly overrides: readonly object[];
  /** Returns a list or another response to a request below the prefix. */
  readonly respond: (request: {
    readonly path: string;
    readonly query: URLSearchParams;
    readonly difference: Difference;
    /** When the cloud was started, in milliseconds since 1970. */
    readonly now: number;
  }) => OtherList | OtherResponse;
}

/** How a cloud differs from the assumptions. */
export interface Difference {
  readonly offsetIsPage?: boolean;
  readonly status?: string;
  readonly timeForm?: (time: Date) => string;
  readonly durationFactor?: number;
  readonly sizeFactor?: number;
  /** Hours by which times as text are ahead of timestamps. */
  readonly zone?: number;
  readonly unknownCode?: string;
  readonly largestLimit?: number;
  readonly pastTheEnd?: number;
  readonly totalOfPage?: boolean;
  readonly throttleAfter?: number;
}

/** A time without a zone. */
export const at = (time: number): string => new Date(time).toISOString().slice(0, 19);

/** A cloud that shares nothing with the simulated one: an account with many secrets and one service. */
export async function startOtherCloud(service: OtherService, difference: Difference = {}) {
  const now = Date.now();
  const requests: string[] = [];
  let atOnce = 0;
  let maxConcurrent = 0;

  const page = (
    query: URLSearchParams,
    { rows, name, totalName, standardLimit }: OtherList,
  ): OtherResponse => {
    const limit = Number(query.get('limit') ?? standardLimit);
    const offset = Number(query.get('offset') ?? 0) * (difference.offsetIsPage === true ? limit : 1);
    const shown = rows.slice(offset, offset + Math.min(limit, difference.largestLimit ?? limit));
    const total = difference.totalOfPage === true ? shown.length : rows.length;
    return offset >= 100_000 && difference.pastTheEnd !== undefined
      ? { status: difference.pastTheEnd, body: { error_code: 'APIGW.0001', error_msg: 'bad offset' } }
      : { status: 200, body: { [name]: shown, [totalName]: total } };
  };

  const respond = ({ pathname, searchParams: query }: URL): OtherResponse => {
    if (difference.throttleAfter !== undefined && requests.length > difference.throttleAfter) {
      return { status: 429, body: { error_code: 'APIGW.0308', error_msg: 'throttled' } };
    }
    const path = pathname.slice(service.prefix.length);
    const response = service.respond({ path, query, difference, now });
    return 'rows' in response ? page(query, response) : response;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for await (const _ of request);
    const url = new URL(request.url ?? '', 'http://cloud');
    requests.push(`${request.method} ${request.url}`);
    atOnce += 1;
    maxConcurrent = Math.max(maxConcurrent, atOnce);
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
      response.end(
        JSON.stringify({ token: { expires_at: expires, user, project: { id: SECRETS.projectId } } }),
      );
      return;
    }
    const { status, body } = respond(url);
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
    maxConcurrent: () => maxConcurrent,
    /** A configuration that names resources in overrides and filters. */
    configuration: JSON.stringify({
      rpo: {
        default: '26h',
        overrides: service.overrides,
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
          services: [{ type: service.type, endpoint: `${origin}${service.prefix}`, ...service.settings }],
        },
      ],
    }),
  };
}

/** The response to a request for something that does not exist; its message contains secrets. */
export const unknownThing = (what: string, path: string, code: string): OtherResponse => ({
  status: 404,
  body: {
    error_code: code,
    error_msg: `The ${what} ${path} of ${SECRETS.errorDetail} at ${SECRETS.address} does not exist.`,
    request_id: SECRETS.requestId,
  },
});

/** A text in all encodings in which a file could contain it. */
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
