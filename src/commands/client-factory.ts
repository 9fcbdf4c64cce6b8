import { setTimeout as wait } from 'node:timers/promises';
import type { ProjectClient, RequestObservation, ResponseHook, SendingHook } from '../cloud/client.ts';
import { createSignInGuard } from '../cloud/credentials/sign-in-guard.ts';
import { createProjectClient } from '../cloud/project-client.ts';
import type { Config, ProjectConfig } from '../config/config.ts';
import { milliseconds, systemClock } from '../domain/quantities.ts';
import type { Log } from '../log/log.ts';
import { PROGRAM_NAME, readBuildInfo } from './build.ts';

/** Creates the client of a project over the real network. */
export type ProjectClientFactory = (
  project: ProjectConfig,
  poll: Config['poll'],
  observe: (observation: RequestObservation) => void,
  sending?: SendingHook,
  onResponse?: ResponseHook,
) => ProjectClient;

/** Waits in real time; rejects when the signal aborts. */
export const sleep = (duration: number, signal: AbortSignal): Promise<void> =>
  wait(milliseconds(duration), undefined, { signal });

/**
 * A factory whose clients share the memory of refused sign-ins, also across reloads. `oneShot` is for a command that
 * exits by itself.
 */
export function projectClientFactory(
  environment: Readonly<Record<string, string | undefined>>,
  log: Log,
  { oneShot = false }: { readonly oneShot?: boolean } = {},
): ProjectClientFactory {
  const { version } = readBuildInfo(environment);
  const signInGuard = createSignInGuard(systemClock, { oneShot });
  return (project, poll, observe, sending, onResponse) =>
    createProjectClient(project, {
      requestTimeout: poll.requestTimeout,
      concurrency: poll.concurrency,
      clock: systemClock,
      sleep,
      random: Math.random,
      log,
      observe,
      sending,
      onResponse,
      userAgent: `${PROGRAM_NAME}/${version}`,
      environment,
      metadataOrigin: environment['HUAWEICLOUD_BACKUP_METADATA_ENDPOINT'],
      signInGuard,
    });
}
