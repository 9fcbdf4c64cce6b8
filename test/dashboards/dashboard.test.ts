import { describe, expect, it } from 'vitest';
import { renderDashboard } from '../../dashboards/source/dashboard.ts';
import { EXCUSED } from '../../dashboards/source/excused.ts';
import { FAULTS } from './faults.ts';
import { committedDashboard, committedText } from './model.ts';
import { STATIC_CHECKS } from './static-checks.ts';

describe('the dashboard', () => {
  it('is what its source generates: run "node dashboards/generate.ts" after a change', () => {
    const generated = renderDashboard();

    expect(committedText()).toBe(generated);
  });

  it.each(STATIC_CHECKS)('$rule', ({ problems }) => {
    expect(problems(committedDashboard())).toEqual([]);
  });

  it.each(STATIC_CHECKS)('would be seen not to be one that $rule', ({ problems }) => {
    const broken = FAULTS.filter(({ plant }) => {
      const dashboard = committedDashboard();
      plant(dashboard);
      return problems(dashboard).length > 0;
    });

    expect(broken.length).toBeGreaterThan(0);
  });

  it.each(EXCUSED)('says why it does not show $metric', ({ reason }) => {
    expect(reason.length).toBeGreaterThan(20);
  });
});
