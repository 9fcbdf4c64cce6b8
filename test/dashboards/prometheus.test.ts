import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPORTED, exportedMetric } from './exported-metrics.ts';
import { FAULTS, type Fault } from './faults.ts';
import { sevenDaysBefore } from './grafana.ts';
import {
  blindProblems,
  changedPanels,
  panelProblems,
  type Shown,
  surroundingProblems,
} from './live-checks.ts';
import { committedDashboard, type Dashboard, headlineOf, panelsOf } from './model.ts';
import { hasPrometheus, type Prometheus, startPrometheus } from './prometheus.ts';
import { type Recording, recordWorld } from './recorded-world.ts';
import { staticProblems } from './static-checks.ts';
import { STATES, stateTruth } from './world.ts';

const STARTING = 170_000;
const QUERYING = 60_000;

// On a machine without Prometheus the rest of the tests still tell something; in CI it has to be there.
const runs = hasPrometheus() || process.env['CI'] !== undefined;
if (!runs)
  process.stdout.write('prometheus or promtool is not installed: no query of the dashboard is tried\n');

describe.runIf(runs)('the dashboard on a Prometheus with nine days of history', () => {
  let recording: Recording | undefined;
  let full: Prometheus | undefined;
  let empty: Prometheus | undefined;
  const caught: string[] = [];

  const started = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the history could not be made');
    return value;
  };
  const shown = (dashboard: Dashboard): Shown => ({
    dashboard,
    prometheus: started(full),
    world: started(recording).world(),
  });

  beforeAll(async () => {
    recording = await recordWorld();
    full = await startPrometheus(recording.history);
    empty = await startPrometheus();
  }, STARTING);

  afterAll(async () => {
    await Promise.all([full?.stop(), empty?.stop(), recording?.stop()]);
    process.stdout.write(`planted faults caught: ${caught.length} of ${FAULTS.length}\n`);
  });

  it('is tried on a history in which a resource of every state is found', () => {
    const { resources, end } = started(recording).world();

    const states = new Set(resources.map((resource) => stateTruth(resource, end)));

    expect([...states].toSorted()).toEqual(STATES.toSorted());
  });

  it('is shown the metrics that the exporter promises, all of them and no other', async () => {
    const { end } = started(recording).world();

    const names = await started(full).labelValues('__name__', '{job=~".+"}', sevenDaysBefore(end));

    const served = new Set(names.map((name) => exportedMetric(name)?.name ?? name));
    // Node.js measures the delays of the event loop once a second, and some statistics need two of them.
    const isAlwaysThere = (name: string) => !/eventloop_lag_(mean|min|stddev)/.test(name);
    expect([...served].filter(isAlwaysThere).toSorted()).toEqual(
      EXPORTED.map(({ name }) => name)
        .filter(isAlwaysThere)
        .toSorted(),
    );
  });

  it.each(panelsOf(committedDashboard()).map(({ title, id }) => ({ title, id })))(
    'answers every query of "$title" with All and with each value, truly, and tells series apart',
    async ({ id }) => {
      const dashboard = committedDashboard();
      const panels = panelsOf(dashboard).filter((panel) => panel.id === id);

      const problems = await panelProblems(shown(dashboard), panels);

      expect(problems).toEqual([]);
    },
    QUERYING,
  );

  it(
    'offers in each variable what there is, and marks the alerts that fired',
    async () => {
      expect(await surroundingProblems(shown(committedDashboard()))).toEqual([]);
    },
    QUERYING,
  );

  it('shows no number at all on an empty server, and none in the headline once the exporter is gone', async () => {
    const dashboard = committedDashboard();

    const problems = await blindProblems(shown(dashboard), started(empty), panelsOf(dashboard));

    expect(problems).toEqual([]);
  });

  /** What is said of a broken dashboard; on Prometheus only what has changed is asked again. */
  async function complaintsAbout(fault: Fault): Promise<readonly string[]> {
    const broken = committedDashboard();
    fault.plant(broken);
    if (fault.foundBy === 'rules') return staticProblems(broken);
    const changed = changedPanels(broken, committedDashboard());
    // What changes no panel by itself shows in any of them.
    const panels = changed.length > 0 ? changed : headlineOf(broken).slice(0, 1);
    return [
      ...(await surroundingProblems(shown(broken))),
      ...(await panelProblems(shown(broken), panels)),
      ...(await blindProblems(shown(broken), started(empty), panels)),
    ];
  }

  it.each(FAULTS)(
    'does not pass with $name',
    async (fault) => {
      const complaints = await complaintsAbout(fault);

      expect(complaints.join('\n')).toMatch(fault.complaint);
      caught.push(fault.name);
    },
    QUERYING,
  );
});
