import { describe, expect, it } from 'vitest';
import { PROJECTS, told } from './texts.ts';

describe('a text that is not valid YAML', () => {
  it.each([
    [
      'an indentation by tabs',
      `poll:\n\tinterval: 5m\n${PROJECTS}`,
      2,
      'the line is indented with a tab; allowed: spaces',
    ],
    [
      'uneven indentation',
      `poll:\n  interval: 5m\n timeout: 1m\n${PROJECTS}`,
      3,
      'the line is not indented like its neighbours',
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
      'a closing quote, a bracket',
    ],
    [
      'a single quote that is never closed',
      `poll:\n  interval: '5m\n  timeout: 1m\n${PROJECTS}`,
      2,
      'a closing quote, a bracket',
    ],
    [
      'a bracket that is never closed',
      `poll: { interval: 5m\n${PROJECTS}`,
      2,
      'the line is not indented like its neighbours',
    ],
    [
      'a setting without a colon',
      `poll\n${PROJECTS}`,
      1,
      'a setting has no value; allowed: "key: value" with a space after the colon',
    ],
    ['a colon and a space in a value', `poll: interval: 5m\n${PROJECTS}`, 1, 'a value contains ": "'],
    [
      'text after a quoted value',
      `poll: {}\nrpo: { default: "26h" hunter2 }\n${PROJECTS}`,
      2,
      'there is something left after a value',
    ],
    [
      'text after quotes',
      `rpo:\n  default: "26h" hunter2\n${PROJECTS}`,
      2,
      'there is something left after a value',
    ],
    [
      'a reserved character',
      `rpo:\n  default: 26h\n${PROJECTS.replace('cn-north-4', '@x')}`,
      4,
      'a value begins with a character that YAML reserves; allowed: the value in quotes',
    ],
    [
      'an unknown escape sequence',
      `rpo:\n  overrides: [{ match: { resource_name: "\\d" }, rpo: none }]\n${PROJECTS}`,
      2,
      'an unknown escape sequence stands in double quotes',
    ],
    [
      'an unknown tag',
      `rpo:\n  default: !vault 26h\n${PROJECTS}`,
      2,
      'a value has a tag (!) that is unknown; allowed: the value in quotes, or without the tag',
    ],
    [
      'a binary value',
      `rpo:\n  default: !!binary 26h\n${PROJECTS}`,
      2,
      'a value has a tag (!) that is unknown',
    ],
    [
      'a second document',
      `${PROJECTS}---\n${PROJECTS}`,
      5,
      'a second document begins here (---); allowed: one document per file',
    ],
    [
      'a key that is a list',
      `? [poll]\n: {}\n${PROJECTS}`,
      1,
      'a key is a list or a mapping; allowed: the name of a setting',
    ],
    ['lists in lists in lists', '['.repeat(100_000), 1, 'the file is nested too deeply'],
    ['mappings in mappings in mappings', '{a: '.repeat(50_000), 1, 'the file is nested too deeply'],
  ])('is told with its line: %s', (_, text, line, wrong) => {
    const problems = told(text);

    expect(problems[0]).toContain(`config.yml:${line}: not valid YAML: ${wrong}`);
    expect(problems.join('\n')).not.toMatch(/hunter/);
  });

  it('is not blamed on settings that only seem to be in the wrong place after it', () => {
    const problems = told(`poll:\n  interval: 5m\n\ttimeout: 1m\n${PROJECTS}`);

    expect(problems).toEqual([
      'config.yml:3: not valid YAML: the line is indented with a tab; allowed: spaces',
    ]);
  });

  it('does not hide the mistakes before it, nor wrong values after it', () => {
    const text = `poll:
  intervall: 5m
  concurrency: 0
projects:
  - region: cn_north_4
    credentials:
      type: ecs-agency
     services:
      - type: ges
        inventory: maybe
`;

    const problems = told(text);

    expect(problems.map((line) => line.split(';')[0])).toEqual([
      'config.yml:2: poll.intervall: unknown setting (did you mean interval?)',
      'config.yml:3: poll.concurrency: 0 is less than 1',
      'config.yml:5: projects[0].region: "cn_north_4" is not a region',
      'config.yml:8: not valid YAML: the line is not indented like its neighbours',
      'config.yml:10: projects[0].services[0].inventory: "maybe" is neither true nor false',
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

    const problems = told(text).join('\n');

    expect(problems).toContain('config.yml:2: poll.interval: "5x" is not a duration');
    expect(problems).toContain('config.yml:3: not valid YAML: a value has a tag (!) that is unknown');
    expect(problems).toContain('config.yml:5: projects[0].region: missing');
    expect(problems).toContain('config.yml:5: projects[0].credentials: missing');
    expect(problems).toContain('config.yml:5: projects[0].services: missing');
    expect(problems).toContain('config.yml:6: not valid YAML: a second document begins here');
  });
});

describe('aliases', () => {
  it('must have their anchor', () => {
    const text = `poll:\n  interval: *hunter2\n${PROJECTS}`;

    expect(told(text)).toEqual([
      'config.yml:2: poll.interval: an alias (*) without its anchor (&); allowed: the value in quotes, if it is none',
    ]);
  });

  it('may not lead to themselves', () => {
    const problems = told(
      'projects: &loop\n  - region: r1\n    credentials: { type: ecs-agency }\n    services: *loop\n',
    );

    expect(problems.join('\n')).toContain('projects[0].services[0].type: missing');
  });

  it('may not multiply without end', () => {
    const service = '{ type: ges }, ';
    const bomb = `projects:
  - &project { region: r1, credentials: { type: ecs-agency }, services: [${service.repeat(20_000)}] }
${'  - *project\n'.repeat(20_000)}`;

    const problems = told(bomb);

    expect(problems).toEqual([
      'config.yml:1: aliases (*) make more than 200000 settings of the file; allowed: fewer',
    ]);
  });

  it('of aliases of aliases cost nothing where no setting is', () => {
    const letters = [...'abcdefghijklmnop'];
    const laughs = letters.map((letter, index) => {
      const before = letters[index - 1];
      return `${letter}: &${letter} [${Array(9)
        .fill(before === undefined ? 'lol' : `*${before}`)
        .join(', ')}]`;
    });

    const problems = told(`${laughs.join('\n')}\nprojects: *p\n`);

    expect(problems.at(-1)).toContain('projects[0]: a list is not possible here');
  });
});

describe('the texts of other systems', () => {
  it('may have Windows line breaks', () => {
    expect(told(`${PROJECTS}polls: {}\n`.replaceAll('\n', '\r\n'))).toEqual([
      'config.yml:5: polls: unknown setting (did you mean poll?); allowed: poll, limits, rpo, projects',
    ]);
  });

  it('may have a byte order mark', () => {
    expect(told(`\uFEFF${PROJECTS}`)).toEqual([]);
  });
});
