import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express';
import type { Log } from '../log/log.ts';
import { type MetricsSource, metricsRoute } from './metrics-route.ts';

/** What the web part serves. */
export interface WebAppOptions {
  readonly telemetryPath: string;
  readonly metrics: MetricsSource;
  /** Whether each service has been polled once. */
  readonly isReady: () => boolean;
  /** The page for people and its JSON. */
  readonly status: Router;
  /** Reloads the configuration; resolves with what is wrong with it. Undefined closes `/-/reload`. */
  readonly reload: (() => Promise<readonly string[]>) | undefined;
  readonly log: Log;
}

/** The paths of the exporter. What is not one of them is 404; a path asked for with another method is 405. */
export function createWebApp(options: WebAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('strict routing');
  app.set('query parser', 'simple');
  const scrape = metricsRoute(options.metrics);

  app.route(options.telemetryPath).get(scrape).all(onlyBy('GET, HEAD'));
  app
    .route('/-/healthy')
    .get((_request, response) => sendText(response, 200, 'The process works.'))
    .all(onlyBy('GET, HEAD'));
  app
    .route('/-/ready')
    .get((_request, response) =>
      options.isReady()
        ? sendText(response, 200, 'Every service has been polled.')
        : sendText(response, 503, 'Not every service has been polled yet.'),
    )
    .all(onlyBy('GET, HEAD'));
  app.route('/-/reload').post(reloadRoute(options.reload)).all(onlyBy('POST'));
  app.use(options.status);
  app.use((_request: Request, response: Response) =>
    sendText(response, 404, 'There is nothing at this path.'),
  );
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const status = clientErrorStatus(error);
    if (status === undefined)
      options.log.error({ error: describe(error) }, 'a request could not be answered');
    if (response.headersSent) response.destroy();
    else if (status === undefined)
      sendText(response, 500, 'The request could not be answered; the log says why.');
    else sendText(response, status, 'The request cannot be read.');
  });
  return app;
}

function reloadRoute(reload: WebAppOptions['reload']) {
  return async (_request: Request, response: Response): Promise<void> => {
    if (reload === undefined) {
      sendText(
        response,
        403,
        'Reloading over HTTP is closed. Start with --web.enable-lifecycle to open it, or send SIGHUP.',
      );
      return;
    }
    const problems = await reload();
    if (problems.length === 0) sendText(response, 200, 'The configuration was reloaded.');
    else sendText(response, 500, `The configuration was not reloaded:\n${problems.join('\n')}`);
  };
}

const onlyBy = (methods: string) => (_request: Request, response: Response) => {
  response.setHeader('Allow', methods);
  sendText(response, 405, `This path takes ${methods} only.`);
};

function sendText(response: Response, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${text}\n`);
}

function clientErrorStatus(error: unknown): number | undefined {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));
