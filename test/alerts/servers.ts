import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program that serves HTTP on loopback. */
export interface Server extends AsyncDisposable {
  readonly origin: string;
  readonly pid: number;
  /** Its last log lines. */
  readonly log: () => string;
}

const START_TIMEOUT_MS = 30_000;

/** Starts a Prometheus program on a free port; `await using` stops it. */
export async function startServer(program: string, args: readonly string[]): Promise<Server> {
  const child = spawn(program, [...args, '--web.listen-address=127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const killNow = () => child.kill('SIGKILL');
  process.once('exit', killNow);
  const lines: string[] = [];
  const log = () => lines.slice(-20).join('\n');
  const address = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${program} ${why}:\n${log()}`));
    const late = setTimeout(() => fail('did not start'), START_TIMEOUT_MS);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`exited with ${code}`));
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      const found = /msg="Listening on" address=(\S+)/.exec(line)?.[1];
      if (found === undefined) return;
      clearTimeout(late);
      resolve(found);
    });
  });
  return {
    origin: `http://${address}`,
    pid: child.pid ?? 0,
    log,
    [Symbol.asyncDispose]: async () => {
      process.off('exit', killNow);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const late = setTimeout(killNow, 10_000);
      await gone;
      clearTimeout(late);
    },
  };
}

/** An alert in the API of Alertmanager. */
export interface ReceivedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly receivers: readonly { readonly name: string }[];
  readonly status: { readonly state: string; readonly inhibitedBy: readonly string[] };
}

/** The current alerts of Alertmanager, including muted ones. */
export async function alertsAt(alertmanager: Pick<Server, 'origin'>): Promise<readonly ReceivedAlert[]> {
  const response = await fetch(`${alertmanager.origin}/api/v2/alerts`);
  if (!response.ok) throw new Error(`Alertmanager responded ${response.status}`);
  return (await response.json()) as readonly ReceivedAlert[];
}
