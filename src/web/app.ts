import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express';
import { errorMessage } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { type MetricsSource, metricsRoute } from './metrics-route.ts';
import { allowOnly, sendText } from './plain-text.ts';

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
  const { telemetryPath, metrics, isReady, reload, log } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('strict routing');
  app.set('query parser', 'simple');

  app.route(telemetryPath).get(metricsRoute(metrics)).all(allowOnly('GET, HEAD'));
  app
    .route('/-/healthy')
    .get((_request, response) => sendText(response, 200, 'OK'))
    .all(allowOnly('GET, HEAD'));
  app
    .route('/-/ready')
    .get((_request, response) =>
      isReady()
        ? sendText(response, 200, 'Ready')
        : sendText(response, 503, 'Not ready: some services have not been polled yet.'),
    )
    .all(allowOnly('GET, HEAD'));
  app.route('/-/reload').post(reloadRoute(reload)).all(allowOnly('POST'));
  app.use(options.status);
  app.use((_request: Request, response: Response) => sendText(response, 404, 'Not found'));
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const status = clientErrorStatus(error);
    if (status === undefined) log.error({ error: errorMessage(error) }, 'request failed');
    if (response.headersSent) response.destroy();
    else if (status === undefined) sendText(response, 500, 'Internal error; see the log.');
    else sendText(response, status, 'Bad request');
  });
  return app;
}

function reloadRoute(reload: WebAppOptions['reload']) {
  return async (_request: Request, response: Response): Promise<void> => {
    if (reload === undefined) {
      sendText(
        response,
        403,
        'Reloading over HTTP is disabled. Start with --web.enable-lifecycle to enable it, or send SIGHUP.',
      );
      return;
    }
    const problems = await reload();
    if (problems.length === 0) sendText(response, 200, 'Configuration reloaded');
    else sendText(response, 500, `Configuration not reloaded:\n${problems.join('\n')}`);
  };
}

function clientErrorStatus(error: unknown): number | undefined {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
