/** Paths that `--web.telemetry-path` cannot take, nor any path below them, because something else is served there. */
export const RESERVED_PATHS: readonly string[] = ['/', '/assets', '/api', '/config', '/-'];
