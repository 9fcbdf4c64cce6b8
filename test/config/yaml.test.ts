import { describe, expect, it } from 'vitest';
import { ONE } from '../support/examples.ts';
import { messagesIn, PROJECTS } from './texts.ts';

describe('a text that is not valid YAML', () => {
  it.each([
    [
      'an indentation by tabs',
      `poll:\n\tinterval: 5m\n${PROJECTS}`,
      2,
      'Tabs are not allowed as indentation (column 1)',
    ],
    [
      'uneven indentation',
      `poll:\n  interval: 5m\n timeout: 1m\n${PROJECTS}`,
      3,
      'All mapping items must start at the same column (column 1)',
    ],
    [
      'a line indented too far',
      `poll:\n  interval: 5m\n    timeout: 1m\n${PROJECTS}`,
      2,
      'Nested mappings are not allowed in compact mappings',
    ],
    [
      'a double quote that is never closed',
      `poll:\n  interval: "5m\n  timeout: 1m\n${PROJECTS}`,
      2,
      'Missing closing "quote (column 13)',
    ],
    [
      'a single quote that is never closed',
      `poll:\n  interval: '5m\n  timeout: 1m\n${PROJECTS}`,
      2,
      "Missing closing 'quote (column 13)",
    ],
    [
      'a bracket that is never closed',
      `poll: { interval: 5m\n${PROJECTS}`,
      2,
      'Flow map in block collection must be sufficiently indented and end with a }',
    ],
    ['a setting without a colon', `poll\n${PROJECTS}`, 1, 'Implicit keys need to be on a single line'],
    [
      'a colon and a space in a value',
      `poll: interval: 5m\n${PROJECTS}`,
      1,
      'Nested mappings are not allowed in compact mappings (column 7); quote a value that contains ": ", and indent all keys of a mapping equally',
    ],
    [
      'text after a quoted value',
      `poll: {}\nrpo: { default: "26h" hunter2 }\n${PROJECTS}`,
      2,
      'Unexpected scalar at node end',
    ],
    ['text after quotes', `rpo:\n  default: "26h" hunter2\n${PROJECTS}`, 2, 'Unexpected scalar at node end'],
    [
      'a reserved character',
      `rpo:\n  default: 26h\n${PROJECTS.replace('cn-north-4', '@x')}`,
      4,
      'Plain value cannot start with reserved character @',
    ],
    [
      'an unknown escape sequence',
      `rpo:\n  overrides: [{ match: { resource_name: "\\hunter2" }, rpo: none }]\n${PROJECTS}`,
      2,
      'Invalid escape sequence',
    ],
    ['an unknown tag', `rpo:\n  default: !hunter2 26h\n${PROJECTS}`, 2, 'Unresolved tag'],
    ['a binary value', `rpo:\n  default: !!binary 26h\n${PROJECTS}`, 2, 'Unresolved tag'],
    ['a directive', `%hunter2\n---\n${PROJECTS}`, 1, 'Unknown directive'],
    ['an unknown version', `%YAML hunter2\n---\n${PROJECTS}`, 1, 'Unknown directive'],
    ['text after a block scalar', `rpo:\n  default: |hunter2\n${PROJECTS}`, 2, 'Block scalar header'],
    ['text after brackets', `tags: [team]]hunter2\n${PROJECTS}`, 1, 'Unexpected flow-seq-end token'],
    ['a second document', `${PROJECTS}---\n${PROJECTS}`, 5, 'Source contains multiple documents'],
    ['a key that is a list', `? [poll]\n: {}\n${PROJECTS}`, 1, 'With stringKeys, all keys must be strings'],
    ['lists in lists in lists', '['.repeat(100_000), 1, 'the text is nested too deeply'],
    ['mappings in mappings in mappings', '{a: '.repeat(50_000), 1, 'the text is nested too deeply'],
  ])('is reported with its line: %s', (_, text, line, wrong) => {
    const problems = messagesIn(text);

    expect(problems.join('\n')).toContain(`config.yml:${line}: not valid YAML: ${wrong}`);
    expect(problems.join('\n')).not.toMatch(/hunter/);
  });

  it('is the only error reported, as the rest of the text cannot be parsed reliably', () => {
    const problems = messagesIn(`poll:\n  intervall: 5m\n\ttimeout: 1m\n${PROJECTS}`);

    expect(problems).toEqual([
      'config.yml:3: not valid YAML: Tabs are not allowed as indentation (column 1)',
    ]);
  });
});

describe('aliases', () => {
  it('require their anchor', () => {
    const text = `poll:\n  interval: *hunter2\n${PROJECTS}`;

    expect(messagesIn(text)).toEqual([
      'config.yml:2: poll.interval: an alias (*) without its anchor (&); expected the value in quotes',
    ]);
  });

  it('may not refer to themselves', () => {
    const problems = messagesIn(
      'projects: &loop\n  - region: r1\n    credentials: { type: ecs-agency }\n    services: *loop\n',
    );

    expect(problems).toEqual([
      'config.yml:4: projects[0].services: an alias (*) without its anchor (&); expected the value in quotes',
    ]);
  });

  it('may not expand to too many values', () => {
    const service = `{ type: ${ONE} }, `;
    const bomb = `projects:
  - &project { region: r1, credentials: { type: ecs-agency }, services: [${service.repeat(2000)}] }
${'  - *project\n'.repeat(2000)}`;

    const problems = messagesIn(bomb);

    expect(problems).toEqual([
      'config.yml:1: the file has more than 200000 values, aliases (*) included; expected fewer',
    ]);
  });

  it('of aliases may not expand to too many values either', () => {
    const letters = [...'abcdefghijklmnop'];
    const laughs = letters.map((letter, index) => {
      const before = letters[index - 1];
      return `${letter}: &${letter} [${Array(9)
        .fill(before === undefined ? 'lol' : `*${before}`)
        .join(', ')}]`;
    });

    const problems = messagesIn(`${laughs.join('\n')}\nprojects: *p\n`);

    expect(problems).toEqual([
      'config.yml:1: the file has more than 200000 values, aliases (*) included; expected fewer',
    ]);
  });
});

describe('a file with very many errors', () => {
  it('is parsed in linear time, and the first hundred are reported', () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `k${index}: 1\n`);

    const problems = messagesIn(`${PROJECTS}${keys.join('')}`);

    expect(problems).toHaveLength(101);
    expect(problems[0]).toContain('config.yml:5: k0: unknown setting; expected one of poll');
    expect(problems[100]).toBe('config.yml: 99900 more mistakes are not shown');
  });

  it('has the first hundred of any kind reported', () => {
    const problems = messagesIn(`projects:\n${'- a\n'.repeat(5000)}`);

    expect(problems).toHaveLength(101);
    expect(problems[99]).toContain('config.yml:101: projects[99]: found a string; expected a mapping');
    expect(problems[100]).toBe('config.yml: 4900 more mistakes are not shown');
  });
});

describe('files from other systems', () => {
  it('may have Windows line breaks', () => {
    expect(messagesIn(`${PROJECTS}polls: {}\n`.replaceAll('\n', '\r\n'))).toEqual([
      'config.yml:5: polls: unknown setting (did you mean poll?); expected one of poll, limits, rpo, tags, projects',
    ]);
  });

  it('may have a byte order mark', () => {
    expect(messagesIn(`\uFEFF${PROJECTS}`)).toEqual([]);
  });
});
