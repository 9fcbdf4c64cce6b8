import type { IRouter, RequestHandler, Response } from 'express';

/** Paths in use, which `--web.telemetry-path` must not equal or be below. */
export const RESERVED_PATHS: readonly string[] = ['/', '/assets', '/api', '/config', '/-'];

export function sendText(response: Response, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${text}\n`);
}

/** Responds with 405 to all but the given methods. */
export const allowOnly =
  (methods: string): RequestHandler =>
  (_request, response) => {
    response.setHeader('Allow', methods);
    sendText(response, 405, `Method not allowed. Allowed: ${methods}.`);
  };

/** Adds a path that can only be read. */
export function addPage(router: IRouter, path: string, handler: RequestHandler): void {
  router.route(path).get(handler).all(allowOnly('GET, HEAD'));
}
