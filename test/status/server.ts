import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import type { PageOptions } from '../../src/status/page.ts';
import type { StatusReport } from '../../src/status/report.ts';
import { statusRoutes } from '../../src/web/status-routes.ts';

/** A loopback server with the status routes at `/` and, as behind a reverse proxy, at `/prefix/`. */
export interface StatusServer {
  readonly origin: string;
  /** Sets the report that is served. */
  show: (report: StatusReport) => void;
  /** Replaces the routes by a handler; undefined restores them. */
  respondWith: (handler: RequestHandler | undefined) => void;
  /** Number of requests for the page itself. */
  readonly pagesServed: () => number;
  readonly stop: () => Promise<void>;
}

/** Starts a server with this report. */
export async function startStatusServer(
  first: StatusReport,
  options: Partial<PageOptions> = {},
  keepMilliseconds = 0,
): Promise<StatusServer> {
  let shown = first;
  let instead: RequestHandler | undefined;
  let pages = 0;
  const routes = statusRoutes(
    { status: () => shown, configuration: () => 'projects: []\n' },
    options,
    keepMilliseconds,
  );
  const app = express();
  app.use((request, response, next) => {
    if (request.path === '/') pages += 1;
    if (instead === undefined) next();
    else instead(request, response, next);
  });
  app.use('/prefix', routes);
  app.use(routes);
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    show: (report) => {
      shown = report;
    },
    respondWith: (handler) => {
      instead = handler;
    },
    pagesServed: () => pages,
    stop: () => stop(server),
  };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
