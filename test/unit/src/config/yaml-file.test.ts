import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readYaml } from '../../../../src/config/yaml-file.js';

describe('readYaml', () => {
  it('reads YAML and names each key with its line', () => {
    const file = readYaml('# accounts\nmain:\n  provider: wallet\n\n  timeout: 25s\n', 'a.yaml');
    assert.deepEqual(file.content, { main: { provider: 'wallet', timeout: '25s' } });
    assert.equal(file.placeOf(['main', 'timeout']), 'a.yaml:5: main.timeout');
    assert.equal(file.placeOf(['main']), 'a.yaml:2: main');
  });

  it('places a key that is not there at its parent', () => {
    const file = readYaml('\nmain:\n  provider: wallet\n', 'a.yaml');
    assert.equal(file.placeOf(['main', 'timeout']), 'a.yaml:2: main.timeout');
    assert.equal(file.placeOf(['main', 'provider', 'deep']), 'a.yaml:3: main.provider.deep');
    assert.equal(file.placeOf([]), 'a.yaml:1');
  });

  it('reads JSON, also with tabs', () => {
    const file = readYaml('{\n\t"main": {\n\t\t"timeout": "25s"\n\t}\n}\n', 'a.json');
    assert.deepEqual(file.content, { main: { timeout: '25s' } });
    assert.equal(file.placeOf(['main', 'timeout']), 'a.json:3: main.timeout');
  });

  it('refuses what would make a value silently not apply', () => {
    const cases: [string, string][] = [
      ['main:\n  timeout: 25s\n  timeout: 5s\n', 'a.yaml:3'],
      ['{"a": 1,\n"a": 2}', 'a.yaml:2'],
      ['main: 1\n---\nmain: 2\n', 'a.yaml:2'],
      ['main: 1\nother: !env WALLET\n', 'a.yaml:2'],
      ['main: [1\nb: 2\n', 'a.yaml:2'],
      ['a: *nothing\n', 'a.yaml'],
    ];
    for (const [text, place] of cases) {
      const { content, problems } = readYaml(text, 'a.yaml');
      assert.equal(content, undefined, text);
      assert.ok(
        problems.some((problem) => problem.place === place),
        `${text}: ${JSON.stringify(problems)}`,
      );
    }
  });

  it('survives a bomb of aliases', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const items = level === 0 ? 'x' : Array.from({ length: 10 }, () => `*l${String(level - 1)}`).join(',');
      return `l${String(level)}: &l${String(level)} [${items}]`;
    });
    assert.equal(readYaml(levels.join('\n'), 'a.yaml').problems.length, 1);
  });
});
