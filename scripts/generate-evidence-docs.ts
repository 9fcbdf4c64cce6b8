import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { parseRecording, type Recording } from '../src/recording/recording.ts';
import { assumptionsOf } from '../src/services/assumptions.ts';
import type { Assumption, Evidence } from '../src/services/evidence.ts';
import { SERVICES } from '../src/services/index.ts';
import type { CloudService } from '../src/services/service.ts';

const RECORDINGS = new URL('../test/recordings/', import.meta.url);

interface NamedRecording {
  readonly name: string;
  readonly recording: Recording;
}

const readRecordings = (): readonly NamedRecording[] =>
  readdirSync(RECORDINGS)
    .sort()
    .map((name) => ({
      name,
      recording: parseRecording(readFileSync(new URL(`${name}/recording.json`, RECORDINGS), 'utf8')),
    }));

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const table = (heading: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(heading), row(heading.map(() => '---')), ...rows.map(row)].join('\n');

/** The evidence of a recording for a service, one per project that has it. */
const evidenceOf = (service: CloudService, { settings, responses }: Recording): readonly Evidence[] =>
  settings.projects.flatMap(({ services }, index) =>
    services
      .filter(({ type }) => type === service.type)
      .map((own) => ({
        service,
        api: service.api(z.object(service.settings).parse(own)),
        responses: responses
          .filter((response) => response.project === index && response.service === service.type)
          .map((response) => ({ ...response, isCut: response.rows_left_out !== undefined })),
      })),
  );

/** The verdict of a recording on an assumption; empty if the recording does not contain the service. */
export function verdictOf(assumption: Assumption, service: CloudService, recording: Recording): string {
  const findings = evidenceOf(service, recording).map((evidence) => assumption.judge?.(evidence));
  const against = findings.find((finding) => finding?.verdict === 'disproved');
  if (against?.verdict === 'disproved') return `**disproved**: ${against.because}`;
  if (findings.length === 0) return '';
  return findings.some((finding) => finding?.verdict === 'consistent') ? 'consistent' : 'not seen';
}

/** The tables of docs/evidence.md. Recordings of the simulated cloud say nothing about the real one. */
export function renderEvidence(all: readonly NamedRecording[] = readRecordings()): string {
  const recordings = all.filter(({ recording }) => recording.cloud !== 'simulated');
  const names = recordings.map(({ name }) => `\`${name}\``);
  const services = SERVICES.map((service) => {
    const rows = assumptionsOf(service).map((assumption) => [
      `\`${assumption.id}\``,
      assumption.sentence,
      assumption.judge === undefined ? 'no' : 'yes',
      ...recordings.map(({ recording }) =>
        assumption.judge === undefined ? '' : verdictOf(assumption, service, recording),
      ),
    ]);
    return `### \`${service.type}\`\n\n${table(['id', 'assumption', 'testable', ...names], rows)}`;
  });
  const made = recordings.map(({ name, recording: { cloud, version, responses } }) => [
    `\`${name}\``,
    cloud,
    version,
    String(responses.length),
  ]);
  const summary =
    recordings.length === 0
      ? 'There is no recording of a real account yet.'
      : table(['recording', 'cloud', 'version', 'responses'], made);
  return [summary, ...services].join('\n\n');
}

if (process.argv[1] === import.meta.filename) {
  const file = new URL('../docs/evidence.md', import.meta.url);
  const page = readFileSync(file, 'utf8');
  const place = /(<!-- evidence: .*-->\n)[\s\S]*(<!-- \/evidence -->)/;
  if (!place.test(page)) throw new Error('docs/evidence.md has no markers for its tables');
  writeFileSync(
    file,
    page.replace(place, (_, begin: string, end: string) => `${begin}\n${renderEvidence()}\n\n${end}`),
  );
}
