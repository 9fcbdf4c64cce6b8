import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { STATUS_ASSETS, STATUS_CONTENT_SECURITY_POLICY } from './assets.ts';
import { statusJson } from './json.ts';
import { renderStatusPage, STATUS_PAGE_DEFAULTS, type StatusPageOptions } from './page.ts';
import type { StatusReport } from './report.ts';

/**
 * The routes `/`, `/api/v1/status` and `/assets/…`, to be mounted at the root of the server. The report is asked
 * for once per request; it should not take long to make.
 */
export function statusRoutes(report: () => StatusReport, options: Partial<StatusPageOptions> = {}): Router {
  const pageOptions = { ...STATUS_PAGE_DEFAULTS, ...options };

  const sendPage: RequestHandler = (request, response) => {
    guard(response, { ...GUARDS, 'Content-Security-Policy': STATUS_CONTENT_SECURITY_POLICY });
    const page = renderStatusPage(report(), queryOf(request), pageOptions);
    return send(request, response, 'text/html; charset=utf-8', page);
  };

  const sendJson: RequestHandler = (request, response) => {
    guard(response, GUARDS);
    const text = `${JSON.stringify(statusJson(report()))}\n`;
    return send(request, response, 'application/json; charset=utf-8', text);
  };

  const sendAsset: RequestHandler<{ name: string }> = (request, response, next) => {
    const asset = STATUS_ASSETS.get(request.params.name);
    if (asset === undefined) return next();
    guard(response, { ...GUARDS, 'Cache-Control': 'private, max-age=86400' });
    return send(request, response, asset.type, asset.text);
  };

  const router = Router();
  router.route('/').get(sendPage).all(refuse);
  router.route('/api/v1/status').get(sendJson).all(refuse);
  router.get('/assets/:name', sendAsset);
  return router;
}

const GUARDS = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

// What the web configuration file sets stays as it is.
function guard(response: Response, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers))
    if (!response.hasHeader(name)) response.set(name, value);
}

function queryOf({ originalUrl }: Request): URLSearchParams {
  const start = originalUrl.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : originalUrl.slice(start));
}

function refuse(_request: Request, response: Response): void {
  response.writeHead(405, { Allow: 'GET, HEAD', 'Content-Type': 'text/plain; charset=utf-8' });
  response.end('Method not allowed. Allowed: GET, HEAD.\n');
}

const compress = promisify(gzip);

// A page of rows shrinks to a tenth, and the one who was paged may sit behind a slow line.
async function send(
  request: Pick<Request, 'acceptsEncodings'>,
  response: Response,
  type: string,
  text: string,
): Promise<void> {
  response.set({ 'Content-Type': type, Vary: 'Accept-Encoding' });
  if (request.acceptsEncodings('gzip') === false) {
    response.end(text);
    return;
  }
  const body = await compress(text, { level: 1 });
  response.set('Content-Encoding', 'gzip').end(body);
}
