import type { BackupState } from '../domain/backup.ts';
import type { Seconds, UnixSeconds } from '../domain/quantities.ts';
import type { ServiceType } from '../domain/service.ts';
import type { LogFormat, LogLevel } from '../log/pino-log.ts';

export interface ServeFlags {
  readonly 'config.file'?: string;
  readonly 'web.listenAddress': string;
  readonly 'web.telemetryPath': string;
  readonly 'web.config.file'?: string;
  readonly 'web.enableLifecycle'?: true;
  readonly 'web.externalDashboardUrl'?: string;
  readonly commandPrefix?: string;
  readonly 'state.file'?: string;
  readonly shard: number;
  readonly totalShards: number;
  readonly 'log.level': LogLevel;
  readonly 'log.format': LogFormat;
}

export interface DemoFlags extends ServeFlags {
  /** How many resources a service with a flag of its own has: `demo.FLAG`. */
  readonly [flag: `demo.${string}`]: string | number | undefined;
  readonly 'demo.others': number;
  readonly 'demo.seed': number;
  readonly 'demo.speed': number;
  readonly 'demo.configFile'?: string;
  readonly replay?: string;
}

export interface CheckFlags {
  readonly 'config.file'?: string;
  readonly project?: string;
  readonly offline?: true;
  readonly strict?: true;
  readonly json?: true;
  readonly record?: string;
}

/** The flags that select services. */
export interface ServiceFlags {
  readonly 'config.file'?: string;
  readonly project?: string;
  readonly service?: ServiceType;
}

export interface BackupsListFlags extends ServiceFlags {
  readonly resource?: string;
  readonly state?: BackupState;
  readonly method?: string;
  readonly since?: TimestampFlag;
  readonly limit?: number;
  readonly json?: true;
}

/** The flags of every command that changes something. */
export interface ChangeFlags extends ServiceFlags {
  readonly yes?: true;
  readonly dryRun?: true;
  readonly json?: true;
  readonly wait?: true;
  readonly waitTimeout: Seconds;
}

export interface BackupsCreateFlags extends ChangeFlags {
  readonly resource: string;
}

export interface BackupsExportFlags extends ChangeFlags {
  readonly resource?: string;
  /** An id, or `latest`. */
  readonly backup: string;
  /** Bucket and folder in OBS. */
  readonly to: string;
}

export interface BackupsWaitFlags extends ServiceFlags {
  readonly resource: string;
  readonly job?: string;
  readonly backup?: string;
  readonly waitTimeout: Seconds;
  readonly json?: true;
}

export interface BackfillFlags {
  readonly 'config.file'?: string;
  readonly since: TimestampFlag;
  readonly until: TimestampFlag;
  readonly step: Seconds;
  readonly job: string;
  readonly instance: string;
  readonly output?: string;
}

/** A time that may depend on when the command runs. */
export type TimestampFlag = (now: UnixSeconds) => UnixSeconds;
