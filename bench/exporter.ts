import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatedAccount } from '../src/services/simulated-cloud.ts';
import { type RunningProcess, startProcess } from './running-process.ts';

/** A running exporter process. */
export interface RunningExporter extends RunningProcess {
  readonly port: number;
  /** Reloads the configuration, which starts a poll. */
  readonly reload: () => void;
  /** Resolves once each service has logged a complete poll in the output after `from`; rejects if a poll fails. */
  readonly untilPolled: (from?: number) => Promise<void>;
}

/** How the exporter is started. */
export interface ExporterStart {
  /** The compiled command, as in the package, or its source. */
  readonly main: string;
  readonly directory: string;
  readonly settings: ExporterSettings;
  readonly nodeFlags?: readonly string[];
}

/** The configuration. `poll` has the defaults of the exporter. */
export interface ExporterSettings {
  readonly poll?: Readonly<Record<string, string | number>>;
  readonly projects: readonly ProjectSettings[];
}

/** Settings of one project in the configuration file. */
export interface ProjectSettings {
  readonly name: string;
  readonly services: readonly object[];
}

/** Resources with this name are polled but not served. */
export const EXCLUDED_NAME = 'excluded';

/** The settings of a project for a simulated cloud. */
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
      exclude: { resource_name: `^${EXCLUDED_NAME}$` },
    })),
  };
  return project;
}

/** Starts the exporter; resolves once it listens. */
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
  const port = Number(await started.waitForOutput(/msg=listening address=\S*:(\d+)/));
  const services = settings.projects.flatMap((project) => project.services).length;

  const untilPolled = async (from = 0): Promise<void> => {
    const result = await started.waitForOutput(
      (log) => /msg="poll failed.*/.exec(log)?.[0] ?? (countPolls(log) >= services ? '' : undefined),
      from,
    );
    if (result !== '') throw new Error(`the exporter could not poll: ${result}`);
  };

  return { ...started, port, reload: () => started.signal('SIGHUP'), untilPolled };
}

const countPolls = (log: string): number => log.split('msg="poll complete"').length - 1;
