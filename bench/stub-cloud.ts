import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Estate, rowsOf } from './estate.ts';
import { handleRequests } from './worker.ts';

/** Serves the lists of an estate to every project from one address. Each project has its own ids. */
export interface StubCloudRequest {
  readonly estate: Estate;
}

/** The address of the server. */
export interface StubCloudResponse {
  readonly origin: string;
}

const START_OF_ID = /"([0-9a-f]{8})(?=-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")/g;

/** A page as parts of text, with the first digits of an id after each but the last. */
interface PageTemplate {
  readonly pieces: readonly string[];
  readonly digits: readonly number[];
}

function pageTemplate(
  rows: readonly unknown[],
  query: URLSearchParams,
  names: { readonly rows: string; readonly count: string },
): PageTemplate {
  const from = Number(query.get('offset'));
  const page = rows.slice(from, from + Number(query.get('limit')));
  const parts = JSON.stringify({ [names.count]: rows.length, [names.rows]: page }).split(START_OF_ID);
  return {
    pieces: parts.filter((_, index) => index % 2 === 0),
    digits: parts.filter((_, index) => index % 2 === 1).map((digits) => Number.parseInt(digits, 16)),
  };
}

function renderPage({ pieces, digits }: PageTemplate, project: number): Buffer {
  const salt = Math.imul(project + 1, 0x9e3779b1);
  let text = pieces[0] ?? '';
  for (const [index, value] of digits.entries()) {
    text += `"${((value ^ salt) >>> 0).toString(16).padStart(8, '0')}${pieces[index + 1]}`;
  }
  return Buffer.from(text);
}

async function serve(estate: Estate): Promise<string> {
  const { backups, graphs } = rowsOf(estate);
  const templates = new Map<string, PageTemplate>();
  const templateOf = (list: string, query: URLSearchParams): PageTemplate => {
    const key = `${list}?${query}`;
    const known = templates.get(key);
    if (known !== undefined) return known;
    const template =
      list === 'backups'
        ? pageTemplate(backups, query, { rows: 'backup_list', count: 'backup_count' })
        : pageTemplate(graphs, query, { rows: 'graphs', count: 'graph_count' });
    templates.set(key, template);
    return template;
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stub');
    const [, , project = '', ...list] = pathname.split('/');
    const body = renderPage(templateOf(list.at(-1) ?? '', searchParams), Number.parseInt(project, 16));
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

handleRequests<StubCloudRequest, StubCloudResponse>(async ({ estate }) => ({ origin: await serve(estate) }));
