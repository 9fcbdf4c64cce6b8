import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderConfigurationReference, renderJsonSchema } from '../../scripts/generate-config-docs.ts';
import { renderEvidence } from '../../scripts/generate-evidence-docs.ts';
import { renderServices } from '../../scripts/generate-services-docs.ts';
import { renderMetricsReference } from '../../scripts/metrics-reference.ts';
import { withPolicies } from '../../scripts/policies.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the output of `npm run generate`', () => {
  it.each([
    ['docs/configuration.md', renderConfigurationReference],
    ['docs/config.schema.json', renderJsonSchema],
    ['docs/metrics.md', renderMetricsReference],
    ['docs/services.md', renderServices],
    ['SECURITY.md', () => withPolicies(read('SECURITY.md'))],
  ])('is in %s', (path, render) => {
    expect(read(path)).toBe(render());
  });

  it('is in docs/evidence.md: what each recording proved or disproved', () => {
    expect(read('docs/evidence.md')).toContain(renderEvidence());
  });
});
