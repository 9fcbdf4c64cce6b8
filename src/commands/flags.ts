import type { LogFormat, LogLevel } from '../log/pino-log.ts';

/** The flags of `serve`, checked. */
export interface ServeFlags {
  readonly 'config.file'?: string;
  readonly 'web.listenAddress': string;
  readonly 'web.telemetryPath': string;
  readonly 'web.config.file'?: string;
  readonly 'web.enableLifecycle': boolean;
  readonly 'state.file'?: string;
  readonly 'log.level': LogLevel;
  readonly 'log.format': LogFormat;
}

/** The flags of `demo`, checked. */
export interface DemoFlags extends ServeFlags {
  readonly 'demo.graphs': number;
  readonly 'demo.instances': number;
  readonly 'demo.seed': number;
  readonly 'demo.speed': number;
}

/** The flags of `check`, checked. */
export interface CheckFlags {
  readonly 'config.file'?: string;
  readonly offline?: true;
  readonly strict?: true;
  readonly json?: true;
}
