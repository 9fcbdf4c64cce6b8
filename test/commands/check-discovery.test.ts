import { describe, expect, it, onTestFinished } from 'vitest';
import { checkProjects } from '../../src/commands/check/check-projects.ts';
import { hasPassed, summarize } from '../../src/commands/check/results.ts';
import { checkText } from '../../src/commands/check/text.ts';
import { parseConfig } from '../../src/config/load.ts';
import { seconds, systemClock } from '../../src/domain/quantities.ts';
import { createCollector } from '../../src/recording/collect.ts';
import { defaultApi, SERVICE_TYPES, SERVICES } from '../../src/services/index.ts';
import { startSimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { createFakeTerminal } from './fake-terminal.ts';

/** Runs check for a project without configured services, in a cloud where only some have an endpoint. */
async function discover(
  answering: readonly string[],
  deny: readonly string[] = [],
  secret?: { readonly password: string },
) {
  const cloud = await startSimulatedCloud({
    counts: Object.fromEntries(SERVICE_TYPES.map((type) => [type, 2])),
  });
  onTestFinished(() => cloud.stop());
  for (const permission of deny) cloud.deny(permission);
  const { user, domain, password, region } = cloud.account;
  const loaded = parseConfig(
    JSON.stringify({
      projects: [
        {
          region,
          iam_endpoint: cloud.origin,
          credentials: { type: 'password', user, domain, password, ...secret },
          services: 'all',
        },
      ],
    }),
    'config.yml',
  );
  if (!loaded.ok) throw new Error('the configuration was refused');
  const nowhere = 'http://127.0.0.1:1';
  const projects = loaded.config.projects.map((project) => ({
    ...project,
    services: project.services.map((service) => ({
      ...service,
      endpoint: answering.includes(service.type) ? cloud.endpointOf(service.type) : nowhere,
    })),
  }));
  const config = { ...loaded.config, projects };
  const terminal = { ...createFakeTerminal(), sleep: () => Promise.resolve() };
  const options = { collector: createCollector(), longest: seconds(10) };
  const examined = await checkProjects(config, terminal, options);
  const now = systemClock();
  const style = (_: unknown, text: string) => text;
  const text = checkText(examined, summarize(examined, false), { style, width: undefined, now });
  return { text, passed: examined.every((project) => hasPassed(project, false)) };
}

describe('check of a project without configured services', () => {
  it('finds the services that respond and prints the list to paste', async () => {
    const [first, second, ...others] = SERVICE_TYPES;
    const { text, passed } = await discover([first ?? '', second ?? '']);

    expect(text).toMatch(
      new RegExp(`  services:\\n    - type: ${first} # \\d+ \\w+\\n    - type: ${second} # \\d+ \\w+\\n`),
    );
    for (const type of others) expect(text).not.toContain(`type: ${type}`);
    expect(passed).toBe(true);
  });

  it.each(SERVICES)('names the permission to grant if $type refuses access', async (service) => {
    const { backups } = defaultApi(service);
    const list = backups.of === 'project' ? backups.list : backups.ofResource({ id: 'r' })[0];
    const permission = list?.call.permission?.role ?? '';
    const { text } = await discover([service.type], [permission]);

    expect(text).toMatch(new RegExp(`not allowed to read ${service.type}: .*grant ${permission}`));
  });

  it('says nothing about services if the sign-in failed', async () => {
    const { text, passed } = await discover(SERVICE_TYPES, [], { password: 'wrong' });

    expect(text).toContain('sign-in failed');
    expect(text).not.toContain('no service responded');
    expect(passed).toBe(false);
  });

  it('fails if no service responds', async () => {
    const { text, passed } = await discover([]);

    expect(text).toContain('no service responded in this region');
    expect(passed).toBe(false);
  });
});
