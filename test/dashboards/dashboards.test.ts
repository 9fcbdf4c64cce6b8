import { describe, expect, it } from 'vitest';
import { renderBackups } from '../../dashboards/source/backups.ts';
import { renderExporter } from '../../dashboards/source/exporter.ts';
import { coverageProblems, RUNBOOKS, staticProblems } from './checks.ts';
import { EXCUSED } from './excused.ts';
import { WRITTEN } from './faults.ts';
import { committed, committedText, UIDS } from './model.ts';

const RENDER = { 'huaweicloud-backup': renderBackups, 'huaweicloud-backup-exporter': renderExporter };

describe.each(UIDS)('the dashboard %s', (uid) => {
  it('is what its source generates: run "npm run dashboard" after a change', () => {
    expect(committedText(uid)).toBe(RENDER[uid]());
  });

  it('has its address, explains itself and reads what the user picks', () => {
    expect(committed(uid).uid).toBe(uid);
    expect(staticProblems(committed(uid))).toEqual([]);
  });

  it('leads to the runbooks, where the alerts say that they are, and to the other dashboard', () => {
    const links = committed(uid).links.map(({ url }) => url);

    expect(RUNBOOKS).toHaveLength(1);
    expect(links).toEqual([`/d/${UIDS.find((other) => other !== uid)}`, RUNBOOKS[0]]);
  });
});

it('a firing alert leads to its runbook', () => {
  expect(committedText('huaweicloud-backup')).toContain(`${RUNBOOKS[0]}/\${__value.text}.md`);
});

it('every metric that is served is shown, or there is a reason', () => {
  expect(coverageProblems(UIDS.map(committed))).toEqual([]);
  expect(EXCUSED.filter(({ reason }) => reason.length < 20)).toEqual([]);
});

it.each(WRITTEN)('does not pass with $name', ({ plant, complaint }) => {
  const broken = committed('huaweicloud-backup');

  plant(broken);

  const problems = [
    ...staticProblems(broken),
    ...coverageProblems([broken, committed('huaweicloud-backup-exporter')]),
  ];
  expect(problems.join('\n')).toMatch(complaint);
});
