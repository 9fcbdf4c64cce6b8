/** A part of src/: its content, and the other parts and packages that it may import; a test rejects all others. */
export interface Part {
  readonly content: string;
  readonly imports: readonly string[];
  readonly packages?: readonly string[];
}

/** The parts of src/, each after those that it imports. */
export const PARTS: Readonly<Record<string, Part>> = {
  'abort.ts': { content: 'combines abort signals for the duration of a call', imports: [] },
  'shard.ts': { content: 'decides which projects a shard polls', imports: [] },
  'errors.ts': { content: 'message and code of an unknown error', imports: [] },
  files: {
    content: 'reads text, writes atomically, describes file errors',
    imports: ['errors.ts'],
  },
  domain: { content: 'backups, resources, quantities, outcomes', imports: [] },
  log: { content: 'log lines as logfmt or JSON', imports: [], packages: ['pino'] },
  pagination: {
    content: 'reads paged lists completely, or reports that it could not',
    imports: ['abort.ts'],
  },
  'simulated-cloud': {
    content: 'the simulated cloud of the demo and the tests; shares no code with the rest',
    imports: [],
  },
  services: {
    content: 'one folder per cloud service, with everything specific to it',
    imports: ['simulated-cloud', 'domain', 'pagination'],
    packages: ['zod'],
  },
  config: {
    content: 'settings: schema, validation, secrets; reads both YAML files',
    imports: ['errors.ts', 'files', 'domain', 'services'],
    packages: ['zod', 'yaml', 're2js'],
  },
  cloud: {
    content: 'the HTTP client: credentials, signatures, retries, limits, errors',
    imports: ['abort.ts', 'errors.ts', 'domain', 'log', 'config', 'services'],
    packages: ['undici'],
  },
  state: {
    content: 'facts about each resource, counters, objectives; pure',
    imports: ['domain', 'pagination', 'services', 'config'],
  },
  recording: {
    content: 'recordings of API responses: redaction, file format, serving one as a cloud',
    imports: ['domain', 'services', 'config', 'cloud', 'state'],
    packages: ['zod'],
  },
  'state-file': {
    content: 'keeps the state across restarts',
    imports: ['abort.ts', 'errors.ts', 'files', 'domain', 'log', 'state'],
  },
  metrics: {
    content: 'metric descriptions, encoder, publication of the series',
    imports: ['shard.ts', 'domain', 'pagination', 'services', 'config', 'cloud', 'state'],
    packages: ['prom-client'],
  },
  backfill: {
    content: 'historical samples from the backups that are still listed',
    imports: ['domain', 'state', 'metrics'],
  },
  rules: {
    content: 'the alerting and recording rules',
    imports: ['domain', 'config'],
    packages: ['yaml'],
  },
  status: {
    content: 'the status page and its JSON',
    imports: ['domain', 'pagination', 'services', 'state', 'rules'],
  },
  poll: {
    content: 'polls a service',
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
    content: 'the pollers of a configuration, across reloads',
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
    content: 'HTTP server, TLS, basic authentication, health, /metrics',
    imports: ['abort.ts', 'errors.ts', 'files', 'domain', 'log', 'config', 'state', 'metrics', 'status'],
    packages: ['express', 'bcryptjs', 'zod'],
  },
  commands: {
    content: 'the command line; the only part that uses the real clock, files, network and terminal',
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
const serviceFolder = (file: string): string | undefined => /^services\/([^/]+)\//.exec(file)?.[1];

/** The forbidden imports of a file, each as a message. `file` is relative to src/. */
export function forbiddenImports(file: string, text: string): readonly string[] {
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
    if (!path.startsWith('/src/')) return path.startsWith('/test/') ? [`src/${file} imports ${path}`] : [];
    const target = path.slice('/src/'.length);
    const imported = partOf(target);
    const service = serviceFolder(file);
    const isOtherService = service !== undefined && (serviceFolder(target) ?? service) !== service;
    const isTest = /^services\/[^/]+\/test\//.test(target);
    const allowed = !isTest && (imported === name ? !isOtherService : part.imports.includes(imported));
    return allowed ? [] : [`src/${file} imports src/${target}`];
  });
}

/** The table of parts in ARCHITECTURE.md. */
export function renderParts(): string {
  const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
  const rows = Object.entries(PARTS).map(
    ([name, { content, imports, packages = [] }]) =>
      `| \`${name}\` | ${content} | ${code(imports)} | ${code(packages)} |`,
  );
  return ['| part of `src/` | content | imports | packages |', '|---|---|---|---|', ...rows].join('\n');
}
