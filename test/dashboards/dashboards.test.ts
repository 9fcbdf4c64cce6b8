import { describe, expect, it } from 'vitest';
import { renderBackups } from '../../dashboards/source/backups.ts';
import { renderExporter } from '../../dashboards/source/exporter.ts';
import { coverageProblems, RUNBOOKS, staticProblems } from './checks.ts';
import { EXCUSED } from './excused.ts';
import { STATIC_FAULTS } from './faults.ts';
import { committed, committedText, UIDS } from './model.ts';

const RENDER = { 'huaweicloud-backup': renderBackups, 'huaweicloud-backup-exporter': renderExporter };

describe.each(UIDS)('the dashboard %s', (uid) => {
  it('is generated from its source: run "npm run dashboard" after a change', () => {
    expect(committedText(uid)).toBe(RENDER[uid]());
  });

  it('has its uid, descriptions and variables', () => {
    expect(committed(uid).uid).toBe(uid);
    expect(staticProblems(committed(uid))).toEqual([]);
  });

  it('links to the runbooks of the alerts, and to the other dashboard', () => {
    const links = committed(uid).links.map(({ url }) => url);

    expect(RUNBOOKS).toHaveLength(1);
    expect(links).toEqual([`/d/${UIDS.find((other) => other !== uid)}`, RUNBOOKS[0]]);
  });
});

it('a firing alert links to its runbook', () => {
  expect(committedText('huaweicloud-backup')).toContain(`${RUNBOOKS[0]}/\${__value.text}.md`);
});

it('every exported metric is shown or excused', () => {
  expect(coverageProblems(UIDS.map(committed))).toEqual([]);
  expect(EXCUSED.filter(({ reason }) => reason.length < 20)).toEqual([]);
});

it.each(STATIC_FAULTS)('the checks find $name', ({ apply, problem }) => {
  const broken = committed('huaweicloud-backup');

  apply(broken);

  const problems = [
    ...staticProblems(broken),
    ...coverageProblems([broken, committed('huaweicloud-backup-exporter')]),
  ];
  expect(problems.join('\n')).toMatch(problem);
});
