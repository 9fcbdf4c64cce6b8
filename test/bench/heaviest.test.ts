import { describe, expect, it } from 'vitest';
import { type CpuProfile, heaviest } from '../../bench/heaviest.ts';

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 6 });

const PROFILE: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 5] },
    { id: 2, callFrame: frame('walk', 'file:///app/dist/pages/walk.js'), children: [3, 4] },
    { id: 3, callFrame: frame('', 'file:///app/dist/pages/walk.js') },
    { id: 4, callFrame: frame('walk', 'file:///app/dist/pages/walk.js') },
    { id: 5, callFrame: frame('(idle)') },
  ],
  samples: [2, 3, 4, 5],
  timeDeltas: [10, 60, 30, 900],
};

describe('the heaviest functions of a profile', () => {
  it('have their self time and total time, without idle time', () => {
    expect(heaviest(PROFILE, 2).split('\n')).toEqual([
      'self time:',
      '  60.0 %  (anonymous) pages/walk.js:7',
      '  40.0 %  walk pages/walk.js:7',
      'total time:',
      ' 100.0 %  walk pages/walk.js:7',
      ' 100.0 %  (root)',
    ]);
  });
});
