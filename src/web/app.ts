import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import { errorMessage } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { type MetricsSource, metricsRoute } from './metrics-route.ts';
import { addPage, allowOnly, sendText } from './routing.ts';

export interface WebAppOptions {
  readonly telemetryPath: string;
  readonly metrics: MetricsSource;
  /** Whether each service has been polled once. */
  readonly isReady: () => boolean;
  readonly status: Router;
  /** Reloads the configuration; resolves with its problems. Undefined disables `/-/reload`. */
  readonly reload: (() => Promise<readonly string[]>) | undefined;
  readonly log: Log;
}

/** The routes of the exporter. Unknown paths get 404, other methods 405. */
export function createWebApp(options: WebAppOptions): Express {
  const { telemetryPath, metrics, isReady, status, reload, log } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('strict routing');
  app.set('query parser', 'simple');

  addPage(app, telemetryPath, metricsRoute(metrics));
  addPage(app, '/-/healthy', (_request, response) => sendText(response, 200, 'OK'));
  addPage(app, '/-/ready', (_request, response) => {
    if (isReady()) sendText(response, 200, 'Ready');
    else sendText(response, 503, 'Not ready: some services have not been polled yet.');
  });
  app.route('/-/reload').post(reloadRoute(reload)).all(allowOnly('POST'));
  app.use(status);
  app.use((_request, response) => sendText(response, 404, 'Not found'));
  app.use(errorRoute(log));
  return app;
}

const reloadRoute =
  (reload: WebAppOptions['reload']): RequestHandler =>
  async (_request, response) => {
    if (reload === undefined) {
      const advice = 'Start with --web.enable-lifecycle to enable it, or send SIGHUP.';
      return sendText(response, 403, `Reloading over HTTP is disabled. ${advice}`);
    }
    const problems = await reload();
    if (problems.length === 0) sendText(response, 200, 'Configuration reloaded');
    else sendText(response, 500, `Configuration not reloaded:\n${problems.join('\n')}`);
  };

const errorRoute =
  (log: Log): ErrorRequestHandler =>
  (error: unknown, _request, response, _next) => {
    // Express sets the status of errors that are the client's.
    const { status } = Object(error) as { readonly status?: unknown };
    const isOfClient = typeof status === 'number' && status >= 400 && status < 500;
    if (!isOfClient) log.error({ reason: errorMessage(error) }, 'request failed');
    if (response.headersSent) response.destroy();
    else if (isOfClient) sendText(response, status, 'Bad request');
    else sendText(response, 500, 'Internal error; see the log.');
  };
