import { describe, expect, it } from 'vitest';
import { negotiateFormat } from '../../src/web/negotiation.ts';

const PROMETHEUS_2_26 =
  'application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const PROMETHEUS_2_45 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const PROMETHEUS_2_50 =
  'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
const PROMETHEUS_2_50_NATIVE_HISTOGRAMS =
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
const PROMETHEUS_3_TEXT_FIRST =
  'text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.2';
const CHROMIUM =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7';

describe('the format of a scrape', () => {
  it.each([
    ['Prometheus 2.26, which knows only a draft', PROMETHEUS_2_26, 'text'],
    ['Prometheus 2.45', PROMETHEUS_2_45, 'openmetrics'],
    ['Prometheus 2.50', PROMETHEUS_2_50, 'openmetrics'],
    ['Prometheus 2.50 with native histograms', PROMETHEUS_2_50_NATIVE_HISTOGRAMS, 'openmetrics'],
    ['Prometheus 3', PROMETHEUS_3, 'openmetrics'],
    ['Prometheus 3 that prefers text', PROMETHEUS_3_TEXT_FIRST, 'text'],
    ['a browser', CHROMIUM, 'text'],
    ['curl', '*/*', 'text'],
    ['no Accept header', undefined, 'text'],
    ['an empty Accept header', '', 'text'],
    ['only OpenMetrics', 'application/openmetrics-text', 'openmetrics'],
    ['only OpenMetrics 1.0.0', 'application/openmetrics-text; version=1.0.0; charset=utf-8', 'openmetrics'],
    ['a quoted version', 'application/openmetrics-text; version="1.0.0"', 'openmetrics'],
    ['upper case', 'APPLICATION/OPENMETRICS-TEXT; VERSION=1.0.0; Q=0.5', 'openmetrics'],
    [
      'whitespace',
      ' application/openmetrics-text ; version = 1.0.0 ; q = 0.5 , */* ; q = 0.1',
      'openmetrics',
    ],
    ['a version of OpenMetrics that is not served', 'application/openmetrics-text;version=2.0.0', 'text'],
    ['OpenMetrics excluded', 'application/openmetrics-text;q=0,*/*', 'text'],
    ['OpenMetrics excluded in one version', 'application/openmetrics-text;version=1.0.0;q=0.0', 'text'],
    ['text preferred', 'application/openmetrics-text;q=0.4,text/plain;q=0.5', 'text'],
    ['no preference', 'text/plain,application/openmetrics-text', 'openmetrics'],
    ['a weight that is not a number', 'application/openmetrics-text;q=high,text/plain;q=0.1', 'text'],
    ['a weight above one', 'application/openmetrics-text;q=7', 'text'],
    ['a negative weight', 'application/openmetrics-text;q=-1', 'text'],
    ['a media type with the same prefix', 'application/openmetrics-text-2', 'text'],
    ['any application type', 'application/*', 'text'],
    ['nonsense', ';;=,,;q=', 'text'],
  ])('is negotiated for %s', (_who, accept, format) => {
    expect(negotiateFormat(accept)).toBe(format);
  });
});
