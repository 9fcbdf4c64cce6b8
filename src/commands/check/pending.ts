import { seconds, type UnixSeconds } from '../../domain/quantities.ts';
import { humanizeDuration } from '../../status/humanize.ts';
import { createProgressLine } from '../progress-line.ts';
import type { Terminal } from '../terminal.ts';
import type { CheckOptions } from './check-projects.ts';

const LONG_WAIT = seconds(3);

/** Shows the slowest of the pending requests until stopped. */
export function showPending(
  terminal: Terminal,
): Pick<CheckOptions, 'sending'> & { readonly stop: () => Promise<void> } {
  const { clock, sleep } = terminal;
  const line = createProgressLine(terminal, { every: seconds(10), quiet: LONG_WAIT });
  // In the order in which they were sent.
  const pending = new Set<{ readonly what: string; readonly sent: UnixSeconds }>();
  const stopped = new AbortController();

  const watch = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await sleep(seconds(1), stopped.signal).catch(() => undefined);
      const [longest] = pending;
      if (stopped.signal.aborted || longest === undefined) continue;
      const waited = clock() - longest.sent;
      if (waited < LONG_WAIT) continue;
      line.show(`Waiting for ${longest.what}`, `: ${humanizeDuration(seconds(Math.floor(waited)))}`);
    }
  };
  const watching = watch();

  return {
    sending: (project, { host, operation }) => {
      const what = `${host} (${operation.replaceAll('_', ' ')}, project ${project})`;
      const request = { what, sent: clock() };
      pending.add(request);
      return () => void pending.delete(request);
    },
    stop: async () => {
      stopped.abort();
      await watching;
      line.end();
    },
  };
}
