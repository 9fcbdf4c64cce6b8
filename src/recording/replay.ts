import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SERVICES } from '../services/index.ts';
import { dictionaryOf } from '../services/vendor-words.ts';
import type { RecordedResponse, Recording } from './recording.ts';
import { shiftTimes } from './times.ts';

/** A recording that is served as a cloud. */
export interface ReplayedCloud {
  /** The settings by which the exporter reads it, in the words of the configuration file. */
  readonly configuration: object;
  readonly stop: () => Promise<void>;
}

const PROJECT_ID = '0'.repeat(32);

/** Serves a recording on loopback, with every time later by so many seconds. */
export async function startReplay(recording: Recording, shift: number): Promise<ReplayedCloud> {
  const dictionary = dictionaryOf(SERVICES);
  const responseTo = createFinder(recording.responses);
  const server = createServer((request, response) => {
    const found = responseTo(new URL(request.url ?? '', 'http://replay'));
    const { status, headers, body, not_json: length } = found ?? NOT_RECORDED;
    response.statusCode = status;
    for (const name of ['content-type', 'retry-after']) {
      const value = headers[name];
      if (typeof value === 'string') response.setHeader(name, value);
    }
    if (body !== undefined) response.end(JSON.stringify(shiftTimes(body, shift, dictionary)));
    else response.end('-'.repeat(length ?? 0));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { limits, rpo, projects } = recording.settings;
  return {
    configuration: {
      limits,
      rpo,
      projects: projects.map(({ services }, index) => ({
        name: `project-${index}`,
        region: 'recorded',
        project_id: PROJECT_ID,
        iam_endpoint: origin,
        credentials: { type: 'token', token: 'of-a-recording' },
        services: services.map((service) => ({ ...service, endpoint: `${origin}/${index}/${service.type}` })),
      })),
    },
    stop: () => {
      server.closeAllConnections();
      return server[Symbol.asyncDispose]();
    },
  };
}

type Replayed = Pick<RecordedResponse, 'status' | 'headers' | 'body' | 'not_json'>;

const NOT_RECORDED: Replayed = {
  status: 404,
  headers: { 'content-type': 'application/json' },
  body: { error_code: 'RECORDING.404', error_msg: 'The recording has no response to this request.' },
};

type Query = readonly (readonly [string, string])[];

const decoded = (path: string): string => path.split('/').map(decodeURIComponent).join('/');

const keyOf = (place: string, path: string, query: Query): string =>
  JSON.stringify([place, decoded(path), query.toSorted()]);

const withoutPaging = (query: Query): Query =>
  query.filter(([name]) => name !== 'offset' && name !== 'limit');

/** Finds the response to a request; to a page that was never requested, one of the rows that other pages have. */
function createFinder(responses: readonly RecordedResponse[]): (url: URL) => Replayed | undefined {
  const placeOf = ({ project, service }: RecordedResponse): string => `${project}/${service}`;
  const exact = new Map(
    responses.map((one) => [keyOf(placeOf(one), one.path, Object.entries(one.query)), one]),
  );
  const pages = Map.groupBy(responses, (one) =>
    keyOf(placeOf(one), one.path, withoutPaging(Object.entries(one.query))),
  );
  return ({ pathname, searchParams }) => {
    const [, project, service, ...rest] = pathname.split('/');
    const place = `${project}/${service}`;
    const path = `/${rest.map((part) => (part === PROJECT_ID ? '{project_id}' : part)).join('/')}`;
    const query = [...searchParams];
    const list = pages.get(keyOf(place, path, withoutPaging(query))) ?? [];
    return exact.get(keyOf(place, path, query)) ?? pageOf(list, searchParams);
  };
}

/** A page of the rows of others, as far as they follow each other. */
function pageOf(pages: readonly RecordedResponse[], query: URLSearchParams): Replayed | undefined {
  const rows = new Map<number, unknown>();
  let template: { readonly page: RecordedResponse; readonly list: string } | undefined;
  for (const page of pages.filter(({ status }) => status === 200)) {
    const [list, shown] = Object.entries(page.body ?? {}).find(([, value]) => Array.isArray(value)) ?? [];
    if (list === undefined || !Array.isArray(shown)) continue;
    template = { page, list };
    const offset = Number(page.query['offset'] ?? 0);
    for (const [index, row] of shown.entries()) rows.set(offset + index, row);
  }
  if (template === undefined) return undefined;
  const from = Number(query.get('offset') ?? 0);
  const to = from + Number(query.get('limit') ?? rows.size);
  const shown: unknown[] = [];
  for (let index = from; index < to && rows.has(index); index += 1) shown.push(rows.get(index));
  return { ...template.page, body: { ...(template.page.body as object), [template.list]: shown } };
}
