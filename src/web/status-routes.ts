import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Request, type Response, Router } from 'express';
import { createYield } from '../state/event-loop.ts';
import { STATUS_ASSETS, STATUS_CONTENT_SECURITY_POLICY } from '../status/assets.ts';
import { statusJson } from '../status/json.ts';
import { PAGE_DEFAULTS, type PageOptions, renderStatusPage } from '../status/page.ts';
import type { StatusReport } from '../status/report.ts';
import { readView, viewLink } from '../status/view.ts';
import { keepFor } from './keep-for.ts';
import { addPage, sendText } from './routing.ts';
import { sendShared } from './shared-body.ts';

const GUARDS = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};
const PAGE_GUARDS = { ...GUARDS, 'Content-Security-Policy': STATUS_CONTENT_SECURITY_POLICY };
const ASSET_GUARDS = { ...GUARDS, 'Cache-Control': 'private, max-age=86400' };

export interface StatusSource {
  readonly status: () => StatusReport;
  /** The configuration in use as text, without secrets. */
  readonly configuration: () => string;
}

/**
 * The routes `/`, `/api/v1/status`, `/config` and `/assets/…`, for the root of the server. Rendered responses are
 * reused for `keepMilliseconds`.
 */
export function statusRoutes(
  source: StatusSource,
  options: Partial<PageOptions> = {},
  keepMilliseconds = 1000,
): Router {
  const pageOptions = { ...PAGE_DEFAULTS, ...options };
  const reports = keepFor<StatusReport>(keepMilliseconds);
  const bodies = keepFor<Body>(keepMilliseconds);
  const currentReport = async (): Promise<StatusReport> =>
    (await reports('report', source.status)) ?? source.status();

  const router = Router();
  addPage(router, '/', (request, response) => {
    const query = queryOf(request);
    const body = bodies(viewLink(readView(query)), async () =>
      bodyOf('text/html; charset=utf-8', renderStatusPage(await currentReport(), query, pageOptions)),
    );
    return send(request, response, PAGE_GUARDS, body);
  });
  addPage(router, '/api/v1/status', (request, response) => {
    const body = bodies('json', async () =>
      bodyOf('application/json; charset=utf-8', await statusJson(await currentReport(), createYield())),
    );
    return send(request, response, GUARDS, body);
  });
  addPage(router, '/config', (request, response) =>
    send(request, response, GUARDS, bodyOf('text/plain; charset=utf-8', source.configuration())),
  );
  // Compressed when first requested, not at startup.
  const assets = new Map<string, Promise<Body>>();
  router.get('/assets/:name', (request, response, next) => {
    const { name } = request.params;
    const asset = STATUS_ASSETS.get(name);
    if (asset === undefined) return next();
    const body = assets.get(name) ?? bodyOf(asset.type, asset.text);
    assets.set(name, body);
    return send(request, response, ASSET_GUARDS, body);
  });
  return router;
}

const queryOf = ({ originalUrl }: Request): URLSearchParams =>
  new URLSearchParams(originalUrl.replace(/^[^?]*/, ''));

interface Body {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

const compress = promisify(gzip);

// A page of rows compresses to a tenth, which helps on slow connections.
async function bodyOf(type: string, text: string): Promise<Body> {
  const plain = Buffer.from(text);
  return { type, plain, gzipped: await compress(plain, { level: 1 }) };
}

async function send(
  request: Pick<Request, 'acceptsEncodings'>,
  response: Response,
  headers: Readonly<Record<string, string>>,
  rendered: Promise<Body> | undefined,
): Promise<void> {
  const body = await rendered;
  if (body === undefined) {
    response.setHeader('Retry-After', '1');
    return sendText(response, 503, 'Too many pages are being rendered. Try again.');
  }
  // Headers set in the web configuration file take precedence.
  for (const [name, value] of Object.entries(headers))
    if (!response.hasHeader(name)) response.set(name, value);
  response.set({ 'Content-Type': body.type, Vary: 'Accept-Encoding' });
  const isGzip = request.acceptsEncodings('gzip') !== false;
  if (isGzip) response.set('Content-Encoding', 'gzip');
  await sendShared(response, [isGzip ? body.gzipped : body.plain]);
}
