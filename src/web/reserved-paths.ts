/** Paths in use, which `--web.telemetry-path` must not equal or be below. */
export const RESERVED_PATHS: readonly string[] = ['/', '/assets', '/api', '/config', '/-'];
