import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { backupsCommand, shellWord } from '../../src/status/shell.ts';

const wordsSeenBy = (shell: string, text: string): string[] =>
  execFileSync(shell, ['-c', `printf '%s\\0' ${text}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

describe('a shell word', () => {
  it.each(['prod', 'cn-north-4', 'a_b.c:d/e@f%g+h,i', '4c5f882d-a813-4d78-a1e3-6136914759d1'])(
    'that is %s needs no quotes',
    (text) => {
      expect(shellWord(text)).toBe(text);
    },
  );

  it.each([
    '',
    'my project',
    "it's",
    '$(touch /tmp/x)',
    '`id`',
    'a;b|c&d',
    '"double"',
    'back\\slash',
    '~root',
    'a=b',
    '*?[x]',
    '!history',
    '#comment',
    "'; rm -rf /; '",
    '图数据库',
  ])('is parsed by a POSIX shell as the single word %j', (text) => {
    expect(wordsSeenBy('sh', shellWord(text))).toEqual([text]);
  });

  it.each(['a\nb', 'tab\there', 'name\u202egpj', "it's\u200b", 'back\\slash\u0007', '\u2028'])(
    'contains the invisible characters of %j as escapes for bash',
    (text) => {
      const word = shellWord(text);

      expect(word).toMatch(/^\$'[\x20-\x7e]*'$/);
      expect(wordsSeenBy('bash', word)).toEqual([text]);
    },
  );
});

describe('the command about a resource', () => {
  it('contains project, service and resource', () => {
    const resource = { project: "Lin's project", service: 'ges', id: '4c5f882d' } as const;

    expect(backupsCommand('list', resource)).toBe(
      "huaweicloud-backup-exporter backups list --project 'Lin'\\''s project' --service ges --resource 4c5f882d",
    );
  });
});
