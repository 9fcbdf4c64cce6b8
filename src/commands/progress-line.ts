import type { SendingHook } from '../cloud/client.ts';
import { type Seconds, seconds, type UnixSeconds } from '../domain/quantities.ts';
import { humanizeDuration } from '../status/humanize.ts';
import type { Terminal } from './terminal.ts';
import { cutToWidth } from './text-table.ts';

const CLEAR = '\r\u001b[2K';
const ON_TERMINAL = 0.5;

/**
 * On a terminal, one line that is overwritten; elsewhere, a new line `every` so often. Nothing is shown for the first
 * `quiet` seconds, so that fast commands stay silent.
 */
export function createProgressLine(
  { errorWidth, writeError, clock }: Pick<Terminal, 'errorWidth' | 'writeError' | 'clock'>,
  { every, quiet }: { readonly every: Seconds; readonly quiet: Seconds },
) {
  const pause = errorWidth === undefined ? every : ON_TERMINAL;
  const began = clock();
  let shownAt: number | undefined;
  return {
    /** Shows a text, cut to the width of the terminal together with its `ending`. Cheap to call often. */
    show: (text: string, ending = ''): void => {
      const now = clock();
      // A clock that was set back must not silence it.
      const [since, wait] = shownAt === undefined ? [began, quiet] : [shownAt, pause];
      if (now >= since && now - since < wait) return;
      shownAt = now;
      if (errorWidth === undefined) writeError(`${text}${ending}\n`);
      // A line as wide as the terminal would wrap and leave a part behind.
      else writeError(`${CLEAR}${cutToWidth(text, errorWidth - 1 - ending.length)}${ending}`);
    },
    /** Clears the line on a terminal. */
    end: (): void => {
      if (errorWidth !== undefined && shownAt !== undefined) writeError(CLEAR);
    },
  };
}

const LONG_WAIT = seconds(3);
const UPDATE_MILLISECONDS = 1000;

/** Shows the slowest of the pending requests until stopped. */
export function showPending(terminal: Terminal) {
  const { clock } = terminal;
  const line = createProgressLine(terminal, { every: seconds(10), quiet: LONG_WAIT });
  // In the order in which they were sent.
  const pending = new Set<{ readonly what: string; readonly sent: UnixSeconds }>();
  const timer = setInterval(() => {
    const [longest] = pending;
    if (longest === undefined) return;
    const waited = clock() - longest.sent;
    if (waited < LONG_WAIT) return;
    line.show(`Waiting for ${longest.what}`, `: ${humanizeDuration(seconds(Math.floor(waited)))}`);
  }, UPDATE_MILLISECONDS);
  return {
    /** Called when a request of a project is sent. */
    sending: (project: string, { host, operation }: Parameters<SendingHook>[0]) => {
      const what = `${host} (${operation.replaceAll('_', ' ')}, project ${project})`;
      const request = { what, sent: clock() };
      pending.add(request);
      return () => void pending.delete(request);
    },
    stop: (): void => {
      clearInterval(timer);
      line.end();
    },
  };
}
