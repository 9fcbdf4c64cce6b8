/** A part of src/: what it holds, and which other parts and packages it may import. Everything else is refused by a test. */
export interface Part {
  readonly holds: string;
  readonly imports: readonly string[];
  readonly packages?: readonly string[];
}

/** The parts of src/, each after those it imports. */
export const PARTS: Readonly<Record<string, Part>> = {
  'abort.ts': { holds: 'signals joined for as long as a call takes', imports: [] },
  'shard.ts': { holds: 'which projects a shard polls', imports: [] },
  'errors.ts': { holds: 'what an unknown error says', imports: [] },
  files: {
    holds: 'files written whole or not at all, and what is wrong with one in words',
    imports: ['errors.ts'],
  },
  domain: { holds: 'backups, resources, quantities, outcomes: the words of the product', imports: [] },
  log: { holds: 'log lines as logfmt or JSON', imports: [], packages: ['pino'] },
  pagination: {
    holds: 'reading a paged list, so that it is complete or known not to be',
    imports: ['abort.ts'],
  },
  'simulated-cloud': {
    holds: 'the cloud of the demo and the tests; shares nothing with the rest',
    imports: [],
  },
  services: {
    holds: 'one folder for each service of the cloud: everything that is true of that service alone',
    imports: ['simulated-cloud', 'domain', 'pagination'],
    packages: ['zod'],
  },
  config: {
    holds: 'settings: schema, validation, secrets; the reader of both YAML files',
    imports: ['errors.ts', 'files', 'domain', 'services'],
    packages: ['zod', 'yaml', 're2js'],
  },
  cloud: {
    holds: 'the HTTP client: credentials, signatures, retries, limits, errors',
    imports: ['abort.ts', 'errors.ts', 'domain', 'log', 'config', 'services'],
    packages: ['undici'],
  },
  state: {
    holds: 'what is known of each resource, the counters, the objectives; pure',
    imports: ['domain', 'pagination', 'services', 'config'],
  },
  recording: {
    holds: 'recordings of what the APIs return: redaction, the file, serving one as a cloud',
    imports: ['domain', 'services', 'config', 'cloud', 'state'],
    packages: ['zod'],
  },
  'state-file': {
    holds: 'the state over a restart',
    imports: ['abort.ts', 'errors.ts', 'files', 'domain', 'log', 'state'],
  },
  metrics: {
    holds: 'the catalogue of metrics, the encoder, publication of the series',
    imports: ['shard.ts', 'domain', 'pagination', 'services', 'config', 'cloud', 'state'],
    packages: ['prom-client'],
  },
  backfill: {
    holds: 'past samples from the backups that are still listed',
    imports: ['domain', 'state', 'metrics'],
  },
  rules: {
    holds: 'the alerting and recording rules',
    imports: ['domain', 'config'],
    packages: ['yaml'],
  },
  status: {
    holds: 'the status page and its JSON',
    imports: ['domain', 'pagination', 'services', 'state', 'rules'],
  },
  poll: {
    holds: 'reading one service, again and again',
    imports: [
      'abort.ts',
      'errors.ts',
      'domain',
      'log',
      'pagination',
      'services',
      'config',
      'cloud',
      'state',
      'state-file',
      'metrics',
      'status',
    ],
  },
  'exporter.ts': {
    holds: 'the pollers of a configuration, over reloads',
    imports: [
      'shard.ts',
      'domain',
      'log',
      'config',
      'cloud',
      'state',
      'state-file',
      'metrics',
      'status',
      'poll',
      'services',
    ],
  },
  web: {
    holds: 'the HTTP server, TLS and basic authentication, health, /metrics',
    imports: ['abort.ts', 'errors.ts', 'files', 'domain', 'log', 'config', 'state', 'metrics', 'status'],
    packages: ['express', 'bcryptjs', 'zod'],
  },
  commands: {
    holds: 'the command line: the only part that reaches for clock, files, network and terminal',
    imports: [
      'shard.ts',
      'abort.ts',
      'errors.ts',
      'files',
      'domain',
      'log',
      'pagination',
      'services',
      'config',
      'cloud',
      'state',
      'state-file',
      'metrics',
      'backfill',
      'status',
      'poll',
      'exporter.ts',
      'web',
      'rules',
      'recording',
      'simulated-cloud',
    ],
    packages: ['commander', 'yaml'],
  },
};

/** The part that a file of src/ belongs to: its folder, or the file itself. */
export const partOf = (file: string): string => file.split('/')[0] ?? file;

/** The folder of a service; services do not import each other. */
const roomOf = (file: string): string | undefined => /^services\/([^/]+)\//.exec(file)?.[1];

/** The imports of a file that its part must not make, each in a sentence. `file` is relative to src/. */
export function refusedImports(file: string, text: string): readonly string[] {
  const name = partOf(file);
  const part = PARTS[name];
  if (part === undefined) return [];
  const folder = file.split('/').slice(0, -1);
  const specifiers = [...text.matchAll(/(?:from |import |import\()'([^']+)'/g)].map(
    ([, specifier = '']) => specifier,
  );
  return specifiers.flatMap((specifier) => {
    if (specifier.startsWith('node:')) return [];
    if (!specifier.startsWith('.')) {
      const packageName = specifier.split('/')[0] ?? specifier;
      return part.packages?.includes(packageName) === true
        ? []
        : [`src/${file} imports the package ${specifier}`];
    }
    const path = new URL(specifier, `file:///src/${folder.map((one) => `${one}/`).join('')}`).pathname;
    if (!path.startsWith('/src/')) return [];
    const target = path.slice('/src/'.length);
    const imported = partOf(target);
    const room = roomOf(file);
    const isOtherRoom = room !== undefined && (roomOf(target) ?? room) !== room;
    const allowed = imported === name ? !isOtherRoom : part.imports.includes(imported);
    return allowed ? [] : [`src/${file} imports src/${target}`];
  });
}

/** The table of parts, as ARCHITECTURE.md has it. */
export function renderParts(): string {
  const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
  const rows = Object.entries(PARTS).map(
    ([name, { holds, imports, packages = [] }]) =>
      `| \`${name}\` | ${holds} | ${code(imports)} | ${code(packages)} |`,
  );
  return ['| part of `src/` | what it holds | imports | packages |', '|---|---|---|---|', ...rows].join('\n');
}
