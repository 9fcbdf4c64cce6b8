/** Paths that `--web.telemetry-path` cannot take because something else is served there. */
export const RESERVED_PATHS: readonly string[] = [
  '/',
  '/api/v1/status',
  '/-/healthy',
  '/-/ready',
  '/-/reload',
];
