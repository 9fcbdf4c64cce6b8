import { describe, expect, it } from 'vitest';
import { ONE } from '../support/examples.ts';
import { messagesIn, PROJECTS } from './texts.ts';

describe('a text that is not valid YAML', () => {
  it.each([
    [
      'an indentation by tabs',
      `poll:\n\tinterval: 5m\n${PROJECTS}`,
      2,
      'this line is indented with a tab; expected spaces',
    ],
    [
      'uneven indentation',
      `poll:\n  interval: 5m\n timeout: 1m\n${PROJECTS}`,
      3,
      'this line is not indented like its neighbours',
    ],
    [
      'a line indented too far',
      `poll:\n  interval: 5m\n    timeout: 1m\n${PROJECTS}`,
      2,
      'a value contains ": ", or the next line is indented too far',
    ],
    [
      'a double quote that is never closed',
      `poll:\n  interval: "5m\n  timeout: 1m\n${PROJECTS}`,
      2,
      'a quote, bracket, comma or colon is missing',
    ],
    [
      'a single quote that is never closed',
      `poll:\n  interval: '5m\n  timeout: 1m\n${PROJECTS}`,
      2,
      'a quote, bracket, comma or colon is missing',
    ],
    [
      'a bracket that is never closed',
      `poll: { interval: 5m\n${PROJECTS}`,
      2,
      'this line is not indented like its neighbours',
    ],
    [
      'a setting without a colon',
      `poll\n${PROJECTS}`,
      1,
      'a key has no value; expected "key: value" with a space after the colon',
    ],
    ['a colon and a space in a value', `poll: interval: 5m\n${PROJECTS}`, 1, 'a value contains ": "'],
    [
      'text after a quoted value',
      `poll: {}\nrpo: { default: "26h" hunter2 }\n${PROJECTS}`,
      2,
      'something follows a value',
    ],
    ['text after quotes', `rpo:\n  default: "26h" hunter2\n${PROJECTS}`, 2, 'something follows a value'],
    [
      'a reserved character',
      `rpo:\n  default: 26h\n${PROJECTS.replace('cn-north-4', '@x')}`,
      4,
      'a value begins with a character that YAML reserves; expected the value in quotes',
    ],
    [
      'an unknown escape sequence',
      `rpo:\n  overrides: [{ match: { resource_name: "\\d" }, rpo: none }]\n${PROJECTS}`,
      2,
      'an unknown escape sequence in double quotes; expected \\\\ for a backslash, or single quotes',
    ],
    [
      'an unknown tag',
      `rpo:\n  default: !vault 26h\n${PROJECTS}`,
      2,
      'a value has an unknown tag (!); expected the value without a tag, or in quotes',
    ],
    ['a binary value', `rpo:\n  default: !!binary 26h\n${PROJECTS}`, 2, 'a value has an unknown tag (!)'],
    [
      'a second document',
      `${PROJECTS}---\n${PROJECTS}`,
      5,
      'a second document begins here (---); expected one document',
    ],
    [
      'a key that is a list',
      `? [poll]\n: {}\n${PROJECTS}`,
      1,
      'cannot be read; expected "key: value" or "- item"',
    ],
    ['lists in lists in lists', '['.repeat(100_000), 1, 'the text is nested too deeply'],
    ['mappings in mappings in mappings', '{a: '.repeat(50_000), 1, 'the text is nested too deeply'],
  ])('is reported with its line: %s', (_, text, line, wrong) => {
    const problems = messagesIn(text);

    expect(problems.join('\n')).toContain(`config.yml:${line}: not valid YAML: ${wrong}`);
    expect(problems.join('\n')).not.toMatch(/hunter/);
  });

  it('is reported alone when the rest of the text is a guess', () => {
    const problems = messagesIn(`poll:\n  intervall: 5m\n\ttimeout: 1m\n${PROJECTS}`);

    expect(problems).toEqual([
      'config.yml:3: not valid YAML: this line is indented with a tab; expected spaces',
    ]);
  });

  it.each([
    [
      'a setting of a list item',
      `projects:\n  - region: r1\n   credentials: { type: ecs-agency }\n    services: [{ type: ${ONE} }]\n`,
      3,
    ],
    [
      'the last setting of a list item',
      `projects:\n  - region: r1\n    credentials: { type: ecs-agency }\n   services: [{ type: ${ONE} }]\n`,
      4,
    ],
    [
      'a nested setting',
      `projects:\n  - region: r1\n    credentials:\n      type: password\n     user: u\n      domain: d\n    services: [{ type: ${ONE} }]\n`,
      5,
    ],
    ['a section', ` poll: {}\n${PROJECTS}`, 2],
    [
      'a list item',
      `projects:\n  - region: r1\n    credentials: { type: ecs-agency }\n    services: [{ type: ${ONE} }]\n - region: r2\n`,
      5,
    ],
  ])('is one line where %s has one space too few or too many', (_, text, line) => {
    expect(messagesIn(text)).toEqual([
      `config.yml:${line}: not valid YAML: this line is not indented like its neighbours; expected the same number of spaces for all keys of a mapping`,
    ]);
  });

  it('does not hide any other mistake when the rest can be read without a doubt', () => {
    const text = `poll:
  interval: 5x
rpo: { default: !vault x }
projects:
  - name: prod
---
more: documents
`;

    const problems = messagesIn(text).join('\n');

    expect(problems).toContain('config.yml:2: poll.interval: "5x" is not a duration');
    expect(problems).toContain('config.yml:3: not valid YAML: a value has an unknown tag (!)');
    expect(problems).toContain('config.yml:5: projects[0].region: missing');
    expect(problems).toContain('config.yml:5: projects[0].credentials: missing');
    expect(problems).toContain('config.yml:6: not valid YAML: a second document begins here');
  });
});

describe('aliases', () => {
  it('must have their anchor', () => {
    const text = `poll:\n  interval: *hunter2\n${PROJECTS}`;

    expect(messagesIn(text)).toEqual([
      'config.yml:2: poll.interval: an alias (*) without its anchor (&); expected the value in quotes',
    ]);
  });

  it('may not lead to themselves', () => {
    const problems = messagesIn(
      'projects: &loop\n  - region: r1\n    credentials: { type: ecs-agency }\n    services: *loop\n',
    );

    expect(problems).toEqual([
      'config.yml:4: projects[0].services: an alias (*) without its anchor (&); expected the value in quotes',
    ]);
  });

  it('may not multiply without end', () => {
    const service = `{ type: ${ONE} }, `;
    const bomb = `projects:
  - &project { region: r1, credentials: { type: ecs-agency }, services: [${service.repeat(2000)}] }
${'  - *project\n'.repeat(2000)}`;

    const problems = messagesIn(bomb);

    expect(problems).toEqual([
      'config.yml:1: the file has more than 200000 values, aliases (*) included; expected fewer',
    ]);
  });

  it('of aliases of aliases may not multiply either', () => {
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

describe('a file with very many mistakes', () => {
  it('is read in a time proportional to its length, and shows the first hundred', () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `k${index}: 1\n`);

    const problems = messagesIn(`${PROJECTS}${keys.join('')}`);

    expect(problems).toHaveLength(101);
    expect(problems[0]).toContain('config.yml:1: 99900 more unknown settings; expected one of poll');
    expect(problems[1]).toContain('config.yml:5: k0: unknown setting; expected one of poll');
  });

  it('shows the first hundred of any kind', () => {
    const problems = messagesIn(`projects:\n${'- a\n'.repeat(5000)}`);

    expect(problems).toHaveLength(101);
    expect(problems[99]).toContain('config.yml:101: projects[99]: found text; expected a mapping');
    expect(problems[100]).toBe('config.yml: 4900 more mistakes are not shown');
  });
});

describe('the texts of other systems', () => {
  it('may have Windows line breaks', () => {
    expect(messagesIn(`${PROJECTS}polls: {}\n`.replaceAll('\n', '\r\n'))).toEqual([
      'config.yml:5: polls: unknown setting (did you mean poll?); expected one of poll, limits, rpo, tags, projects',
    ]);
  });

  it('may have a byte order mark', () => {
    expect(messagesIn(`\uFEFF${PROJECTS}`)).toEqual([]);
  });
});
