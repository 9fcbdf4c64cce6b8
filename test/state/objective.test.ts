import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { type Seconds, seconds, unixSeconds } from '../../src/domain/quantities.ts';
import type { KnownResource } from '../../src/state/known-resource.ts';
import {
  expressionsMatch,
  needsPolicy,
  objectiveOf,
  type PolicyLookup,
  type Scope,
} from '../../src/state/objective.ts';
import { listing, succeeded } from '../support/backups.ts';
import { age, hours, override } from '../support/config.ts';
import { factsOf } from '../support/state.ts';

const NONE = { kind: 'none' } as const;
const POLICY = { kind: 'policy' } as const;
const GES: Scope = { service: 'ges', region: 'cn-north-4', project: 'prod' };
const GAUSSDB: Scope = { ...GES, service: 'gaussdb-mysql' };

const resource = (fields: Partial<KnownResource> = {}): KnownResource => ({
  id: 'graph-1',
  name: 'orders',
  firstSeen: unixSeconds(0),
  exists: true,
  listing: undefined,
  facts: undefined,
  unread: false,
  ...fields,
});

const objective = (
  rpo: Partial<Config['rpo']>,
  known: KnownResource = resource(),
  { place = GES, policy }: { readonly place?: Scope; readonly policy?: Seconds } = {},
) => expectation(rpo, known, place, policyLookup(policy)).objective;

const policyLookup = (objective: Seconds | undefined): PolicyLookup => ({
  decides: false,
  policyOf: () => (objective === undefined ? undefined : { kind: 'scheduled', objective }),
});

const expectation = (
  rpo: Partial<Config['rpo']>,
  known: KnownResource,
  scope: Scope,
  policies: PolicyLookup,
) => objectiveOf({ default: age(26 * 3600), overrides: [], ...rpo }, scope, known, policies);

describe('the objective of a resource', () => {
  it('is the default', () => {
    expect(objective({})).toBe(26 * 3600);
    expect(objective({ default: NONE })).toBeUndefined();
  });

  it('is none for a resource that is gone, whatever an override says', () => {
    const gone = resource({ exists: false });

    expect(objective({}, gone)).toBeUndefined();
    expect(objective({ overrides: [override(age(60))] }, gone)).toBeUndefined();
  });

  it('is that of the first matching override', () => {
    const overrides = [
      override(age(1), { resourceName: /^never$/ }),
      override(age(2), { resourceName: /ord/ }),
      override(age(3)),
    ];

    expect(objective({ overrides })).toBe(2);
    expect(objective({ overrides: overrides.toReversed() })).toBe(3);
  });

  it('can be removed by an override', () => {
    expect(objective({ overrides: [override(NONE), override(age(3))] })).toBeUndefined();
  });

  it.each([
    [{ project: 'prod' }, true],
    [{ project: 'pro' }, false],
    [{ region: 'cn-north-4' }, true],
    [{ region: 'cn-north-1' }, false],
    [{ service: 'ges' }, true],
    [{ service: 'gaussdb-mysql' }, false],
    [{ resourceName: /rder/ }, true],
    [{ resourceName: /^rder/ }, false],
    [{ resourceId: /1$/ }, true],
    [{ resourceId: /orders/ }, false],
    [{ project: 'prod', resourceName: /^orders$/, resourceId: /^graph/ }, true],
    [{ project: 'prod', resourceName: /^orders$/, resourceId: /^other/ }, false],
    [{}, true],
  ])('is changed by an override that matches %o: %s', (match, matches) => {
    expect(objective({ overrides: [override(age(60), match)] })).toBe(matches ? 60 : 26 * 3600);
  });

  it('is none if the service makes no automatic backups, unless an override sets one', () => {
    const small = resource({ listing: listing({ notExpected: 'read replica' }) });

    expect(objective({}, small)).toBeUndefined();
    expect(objective({ overrides: [override(age(60), { resourceName: /other/ })] }, small)).toBeUndefined();
    expect(objective({ overrides: [override(age(60))] }, small)).toBe(60);
  });

  it('depends on what the rows say about automatic backups if no inventory lists the resource', () => {
    const rows = (automaticBackup: boolean | undefined) => factsOf([succeeded({ automaticBackup })]);

    expect(objective({}, resource({ facts: rows(false) }))).toBeUndefined();
    expect(objective({}, resource({ facts: rows(true) }))).toBe(26 * 3600);
    expect(objective({}, resource({ facts: rows(undefined) }))).toBe(26 * 3600);
  });

  it('depends on what the inventory says about automatic backups rather than on the rows', () => {
    const facts = factsOf([succeeded({ automaticBackup: false })]);

    expect(objective({}, resource({ listing: listing(), facts }))).toBe(26 * 3600);
  });
});

describe('an objective by policy', () => {
  const byPolicy = { overrides: [override(POLICY)] };

  it('is that of the policy', () => {
    expect(objective(byPolicy, resource(), { place: GAUSSDB, policy: hours(30) })).toBe(30 * 3600);
    expect(objective({ default: POLICY }, resource(), { place: GAUSSDB, policy: hours(30) })).toBe(30 * 3600);
  });

  it.each([
    ['the default', age(7200), 7200],
    ['nothing if the default is none', NONE, undefined],
    ['26 hours if the default is the policy itself', POLICY, 26 * 3600],
  ])('falls back to %s if the policy is unknown', (_what, standard, expected) => {
    expect(objective({ ...byPolicy, default: standard }, resource(), { place: GAUSSDB })).toBe(expected);
  });

  it.each<[string, Partial<Config['rpo']>, Scope, KnownResource, boolean]>([
    ['by an override', byPolicy, GAUSSDB, resource(), true],
    ['by default', { default: POLICY }, GAUSSDB, resource(), true],
    [
      'not if an earlier override matches',
      { default: POLICY, overrides: [override(age(1))] },
      GAUSSDB,
      resource(),
      false,
    ],
    ['not for a resource that is gone', byPolicy, GAUSSDB, resource({ exists: false }), false],
    ['not unless it is configured', {}, GAUSSDB, resource(), false],
  ])('requests the policy %s', (_what, rpo, place, known, expected) => {
    expect(needsPolicy({ default: age(1), overrides: [], ...rpo }, place, known, {})).toBe(expected);
  });
});

describe('a policy that decides whether backups are expected', () => {
  const lookup = (policy: ReturnType<PolicyLookup['policyOf']>): PolicyLookup => ({
    decides: true,
    policyOf: () => policy,
  });

  it.each([
    ['an objective if it is scheduled', { kind: 'scheduled', objective: hours(30) }, 26 * 3600, undefined],
    ['none if it is off', { kind: 'off' }, undefined, 'no automatic backup policy'],
    ['none if it could not be read', undefined, undefined, 'its backup policy could not be read'],
  ] as const)('gives %s', (_what, policy, expected, notExpected) => {
    expect(expectation({}, resource(), GES, lookup(policy))).toEqual({ objective: expected, notExpected });
  });

  it('is overruled by an override', () => {
    const rpo = { overrides: [override(age(60))] };

    expect(expectation(rpo, resource(), GES, lookup({ kind: 'off' })).objective).toBe(60);
  });

  it('is read for every resource without a matching override', () => {
    const rpo = { default: age(1), overrides: [override(age(2), { resourceName: /^other/ })] };

    expect(needsPolicy(rpo, GES, resource(), { decides: true })).toBe(true);
    expect(needsPolicy(rpo, GES, resource({ name: 'other' }), { decides: true })).toBe(false);
  });
});

describe('expressions', () => {
  it.each([
    [{ resourceName: undefined, resourceId: undefined }, true],
    [{ resourceName: /orders/, resourceId: undefined }, true],
    [{ resourceName: undefined, resourceId: /^graph-1$/ }, true],
    [{ resourceName: /orders/, resourceId: /^graph-2$/ }, false],
    [{ resourceName: /Orders/, resourceId: undefined }, false],
  ])('%o match: %s', (expressions, matches) => {
    expect(expressionsMatch(expressions, { id: 'graph-1', name: 'orders' })).toBe(matches);
  });

  it('give the same result every time', () => {
    const rpo = { overrides: [override(age(60), { resourceName: /orders/ })] };

    expect([1, 2, 3].map(() => objective(rpo))).toEqual([seconds(60), seconds(60), seconds(60)]);
  });
});
