import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatedAccount } from '../src/services/simulated-cloud.ts';
import { type RunningProcess, startProcess } from './running-process.ts';

/** The exporter as a process. */
export interface RunningExporter extends RunningProcess {
  readonly port: number;
  /** Reloads the configuration, which polls at once. */
  readonly reload: () => void;
  /** Resolves once each service has told of a complete poll in the output behind `from`; rejects when a poll fails. */
  readonly polled: (from?: number) => Promise<void>;
}

/** The script of the exporter, where its files go, and what it is started with. */
export interface ExporterStart {
  /** The compiled command, which is what the package ships, or its source. */
  readonly main: string;
  readonly directory: string;
  readonly settings: ExporterSettings;
  readonly nodeFlags?: readonly string[];
}

/** What is polled. Without `poll` it is polled as by default. */
export interface ExporterSettings {
  readonly poll?: Readonly<Record<string, string | number>>;
  readonly projects: readonly ProjectSettings[];
}

/** Settings of one project, as the configuration file takes them. */
export interface ProjectSettings {
  readonly name: string;
  readonly services: readonly object[];
}

/** Resources of this name are polled and not served. */
export const LEFT_OUT_NAME = 'left-out';

/** Settings of one project of a simulated cloud. */
export function projectSettings(
  cloud: { readonly origin: string; readonly account: SimulatedAccount },
  name: string,
  services: readonly string[],
): ProjectSettings {
  const { user, domain, password, region } = cloud.account;
  const project = {
    name,
    region,
    iam_endpoint: cloud.origin,
    credentials: { type: 'password', user, domain, password },
    services: services.map((type) => ({
      type,
      endpoint: cloud.origin,
      exclude: { resource_name: `^${LEFT_OUT_NAME}$` },
    })),
  };
  return project;
}

/** Starts the exporter; resolves when it listens. */
export async function startExporter({
  main,
  directory,
  settings,
  nodeFlags = [],
}: ExporterStart): Promise<RunningExporter> {
  const file = join(directory, `config-${randomUUID()}.yml`);
  writeFileSync(file, JSON.stringify(settings));
  const flags = ['--config.file', file, '--web.listen-address', '127.0.0.1:0'];
  const started = startProcess(process.execPath, [...nodeFlags, main, ...flags]);
  const port = Number(await started.says(/msg=listening address=\S*:(\d+)/));
  const services = settings.projects.flatMap((project) => project.services).length;

  const polled = async (from = 0): Promise<void> => {
    const result = await started.says(
      (log) => /msg="poll failed.*/.exec(log)?.[0] ?? (countPolls(log) >= services ? '' : undefined),
      from,
    );
    if (result !== '') throw new Error(`the exporter could not poll: ${result}`);
  };

  return { ...started, port, reload: () => started.signal('SIGHUP'), polled };
}

const countPolls = (log: string): number => log.split('msg="poll complete"').length - 1;
