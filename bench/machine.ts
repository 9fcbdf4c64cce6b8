import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

/** The machine and the versions of a measurement. */
export interface Machine {
  /** The date, such as `2026-01-31`. */
  readonly day: string;
  readonly cpu: string;
  readonly cpus: number;
  /** In bytes. */
  readonly memory: number;
  readonly kernel: string;
  readonly node: string;
  readonly go: string;
  readonly clientGolang: string;
  readonly promClient: string;
  readonly exporter: string;
}

/** Reads the machine and the versions. */
export function readMachine(): Machine {
  return {
    day: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model ?? 'unknown',
    cpus: cpus().length,
    memory: totalmem(),
    kernel: release(),
    node: process.version.slice(1),
    go: firstMatch(outputOf('go', ['version']), /go([\d.]+)/),
    clientGolang: firstMatch(
      outputOf('dpkg', ['-s', 'golang-github-prometheus-client-golang-dev']),
      /^Version: ([\d.]+)/m,
    ),
    promClient: versionIn('../node_modules/prom-client/package.json'),
    exporter: versionIn('../package.json'),
  };
}

/** A description in one line. */
export function describeMachine(machine: Machine): string {
  const { day, cpu, cpus: count, memory, kernel, node, go, clientGolang, promClient, exporter } = machine;
  const hardware = `${count} x ${cpu}, ${Math.round(memory / 2 ** 30)} GiB, Linux ${kernel}`;
  return `${day}: exporter ${exporter}, Node.js ${node}, prom-client ${promClient}, Go ${go}, client_golang ${clientGolang}; ${hardware}`;
}

const outputOf = (command: string, args: readonly string[]): string => {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
};

const firstMatch = (text: string, pattern: RegExp): string => pattern.exec(text)?.[1] ?? 'unknown';

function versionIn(manifest: string): string {
  const { version } = JSON.parse(readFileSync(new URL(manifest, import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
