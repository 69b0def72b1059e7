import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readYaml } from '../../../../src/config/yaml-file.js';

function placesOf(text: string): string[] {
  return readYaml(text, 'a.yaml').problems.map(({ place }) => place);
}

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
      ['a: *nothing\n', 'a.yaml:1'],
    ];
    for (const [text, place] of cases)
      assert.ok(
        placesOf(text).some((found) => found === place || found.startsWith(`${place}: `)),
        `${text}: ${placesOf(text).join()}`,
      );
  });

  it('names a key that stands twice, and where it stands first', () => {
    const text = 'main:\n  timeout: 25s\n  keys: { a: 1, a: 2 }\n  timeout: 5s\n';
    const { content, problems, placeOf } = readYaml(text, 'a.yaml');
    assert.deepEqual(problems, [
      { place: 'a.yaml:3: main.keys.a', text: 'stands in line 3 already: remove one of them' },
      { place: 'a.yaml:4: main.timeout', text: 'stands in line 2 already: remove one of them' },
    ]);
    assert.deepEqual(content, { main: { timeout: '5s', keys: { a: 2 } } });
    assert.equal(placeOf(['main', 'timeout']), 'a.yaml:4: main.timeout');
  });

  it('knows a key that is written in two ways for one that stands twice', () => {
    assert.deepEqual(placesOf("a:\n  1: x\n  '1': y\n"), ['a.yaml:3: a.1']);
    assert.deepEqual(placesOf('a: { b: 1 }\nc: { b: 1 }\n'), []);
  });

  it('gives every entry of a map, also those of a name that stands twice, with its own places', () => {
    const file = readYaml('a: 1\nb: { c: &x 2 }\na:\n  c: *x\n', 'a.yaml');
    assert.deepEqual(
      file.entries().map(({ name, value, placeOf }) => [name, value, placeOf([]), placeOf(['c'])]),
      [
        ['a', 1, 'a.yaml:1: a', 'a.yaml:1: a.c'],
        ['b', { c: 2 }, 'a.yaml:2: b', 'a.yaml:2: b.c'],
        ['a', { c: 2 }, 'a.yaml:3: a', 'a.yaml:4: a.c'],
      ],
    );
    assert.deepEqual(readYaml('[a: 1]', 'a.yaml').entries(), []);
  });

  it('places keys that are no text by what they are called', () => {
    const text = '# first\n1001:\n  true: 1\n  ~: 2\n0x10: 3\n';
    const file = readYaml(text, 'a.yaml');
    assert.deepEqual(file.problems, []);
    assert.deepEqual(file.content, { 1001: { true: 1, '': 2 }, 16: 3 });
    assert.equal(file.placeOf(['1001', 'true']), 'a.yaml:3: 1001.true');
    assert.equal(file.placeOf(['1001', '']), 'a.yaml:4: 1001.""');
    assert.equal(file.placeOf(['16']), 'a.yaml:5: 16');
  });

  it('refuses a list, a map or an alias for a key, and reads the rest, without a warning of the parser', async () => {
    const warned = new Promise((resolve) => process.once('warning', resolve));
    const file = readYaml('? [x, y]\n: 1\nb: &b 2\n? { c: 1 }\n: 2\n*b : 3\n', 'a.yaml');
    assert.deepEqual(file.content, { b: 2 });
    assert.deepEqual(
      file.problems.map(({ place, text }) => `${place} ${text}`),
      [1, 4, 6].map(
        (line) =>
          `a.yaml:${String(line)} has a list, a map or an alias in the place of a key: a key is a word`,
      ),
    );
    // Warnings are told in the next turns, each in its order: this one is the first unless the parser gave one.
    process.emitWarning('ours');
    assert.equal(String(await warned), 'Warning: ours');
  });

  it('cuts a key that is long', () => {
    assert.deepEqual(placesOf(`${'a'.repeat(900)}: 1\n${'a'.repeat(900)}: 2`), [
      `a.yaml:2: ${'a'.repeat(64)}…`,
    ]);
  });

  it('reads as many keys as fit into the largest file in seconds: never compares all with all', () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `a${String(index)}: 1\n`);
    const begun = performance.now();
    assert.equal(readYaml(keys.join(''), 'a.yaml').entries().length, 100_000);
    assert.ok(performance.now() - begun < 20_000);
  });

  it('tells every error with its line, in its order', () => {
    const text = 'a: *none\na: 1\nb: !tag x\nc: @x\nd: [1\ne: 2\n---\nf: 1\n';
    assert.deepEqual(placesOf(text), [
      'a.yaml:1',
      'a.yaml:2: a',
      'a.yaml:3',
      'a.yaml:4',
      'a.yaml:6',
      'a.yaml:7',
    ]);
  });

  it('reads what it can beside errors that pass, and knows the lines whose value is lost', () => {
    const file = readYaml('a: *none\nb: !tag x\nc: 1\nc: 2\n', 'a.yaml');
    assert.deepEqual(file.content, { a: null, b: 'x', c: 2 });
    assert.deepEqual(
      ['a', 'b', 'c'].map((key) => file.isUnread(file.placeOf([key]))),
      [true, true, false],
    );
    assert.equal(readYaml('a: [1\nb: 2\n', 'a.yaml').content, undefined);
  });

  it('says what is wrong in words for whoever wrote the file, and never with what it holds', () => {
    for (const [text, expected] of [
      [
        'a: *hunter2',
        /has an alias \(\*\) of something that is not in the file: put a value that begins so in q/,
      ],
      ['a: !hunter2', /has a tag \(!\) that is not known: put a value/],
      ['a: !hunter2 {}', /has a tag \(!\) that is not known/],
      ['a: @hunter2', /begins with a special character: put it in quotes/],
      ['a: |hunter2', /does not belong there/],
      ['a: "\\hunter2"', /escapes nothing: use single quotes/],
      ['a: x: hunter2', /has a second colon: put the value in quotes/],
      ['a:\n\thunter2: x', /indented with a tab: use spaces/],
      ['hunter2\nb: 1', /lacks a colon/],
      ['a: "hunter2', /lacks a quote/],
      ['%hunter2 x\n---\na: 1', /has a directive \(%\)/],
      ['a: 1\n---\nhunter2: 1', /begins a second document \(---\): the file must hold one/],
      ['a: 1\n}hunter2', /a/],
    ] as const) {
      const said = readYaml(text, 'a.yaml').problems.map((problem) => problem.text);
      assert.match(said.join('\n'), expected, text);
      assert.doesNotMatch(said.join('\n'), /hunter|YAML\.|Error/, text);
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
