import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  decodeTestimonies,
  encodeTestimony,
  judge,
  majorOf,
  withWitness,
  witnessOrders,
  type WitnessOrders,
} from '../../../../dev/node/testimony.js';

const MODULE = 'file:///a%20folder/witness.js';
const words = fc.string({ unit: 'grapheme' });

/** NODE_OPTIONS with nothing but the witness, and the address in them. */
function optionsOf(orders: WitnessOrders): { readonly options: string; readonly url: string } {
  const options = withWitness(undefined, MODULE, orders);
  return { options, url: options.replace(/^--import=/, '') };
}

describe('the orders of a witness', () => {
  const orders = fc.record(
    { major: fc.integer({ min: 1, max: 99 }), file: words, aloud: fc.boolean() },
    { noNullPrototype: true },
  );

  it('survive in its address, whatever the path of the file', () => {
    fc.assert(
      fc.property(orders, (given) => {
        assert.deepEqual(witnessOrders(optionsOf(given).url), given);
      }),
    );
  });

  it('replace those of an address that has some already', () => {
    const { url } = optionsOf({ major: 24, file: '/a', aloud: true });
    const orders = { major: 20, file: '/b', aloud: false };
    assert.equal(withWitness('', url, orders), withWitness('', MODULE, orders));
  });

  it('need no quotes in NODE_OPTIONS', () => {
    fc.assert(
      fc.property(orders, (given) => {
        assert.match(optionsOf(given).options, /^--import=file:[^\s"'\\]+$/);
      }),
    );
  });
});

describe('NODE_OPTIONS with a witness', () => {
  const orders: WitnessOrders = { major: 24, file: '/a', aloud: false };
  const option = '--import=file:///w.js?major=24&file=%2Fa';

  it('keep what they held, another witness too', () => {
    const held = '--max-old-space-size=192 --import=file:///w.js?major=24&file=%2Fb --no-warnings';
    assert.equal(withWitness(held, 'file:///w.js', orders), `${held} ${option}`);
    assert.equal(withWitness(undefined, 'file:///w.js', orders), option);
  });

  it('name it once, however many generations add it', () => {
    const once = withWitness('--no-warnings', 'file:///w.js', orders);
    assert.equal(withWitness(once, 'file:///w.js', orders), once);
  });

  it('are made to name a silent one by the first process, whose own is aloud', () => {
    const aloud = withWitness('--no-warnings', 'file:///w.js', { ...orders, aloud: true });
    assert.equal(aloud, `--no-warnings ${option}&aloud=`);
    assert.equal(withWitness(aloud, 'file:///w.js', orders), `--no-warnings ${option}`);
  });
});

describe('testimonies', () => {
  it('are read as they were written, one a line', () => {
    const testimony = fc.record({ version: words, line: fc.array(words) }, { noNullPrototype: true });
    fc.assert(
      fc.property(fc.array(testimony), (given) => {
        assert.deepEqual(decodeTestimonies(given.map(encodeTestimony).join('')), given);
      }),
    );
  });

  it('are all there or none is believed', () => {
    assert.throws(
      () => decodeTestimonies(`${encodeTestimony({ version: 'v24.1.0', line: [] })}{"vers`),
      SyntaxError,
    );
  });
});

describe('a major version', () => {
  it('is the whole number before the first dot', () => {
    assert.deepEqual(['v24.1.0', 'v2.4.0', 'v240.0.0-nightly'].map(majorOf), [24, 2, 240]);
  });

  it('equals nothing if the text is no version', () => {
    assert.deepEqual(['24.1.0', 'v24', '', 'vx.1.0'].map(majorOf), [NaN, NaN, NaN, NaN]);
  });
});

describe('the verdict on a run', () => {
  const root = '/root of it';
  const worker = { version: 'v24.1.0', line: [`${root}/dist/main.js`, 'start'] };

  it('finds no fault where all ran on the version, and all that had to run did', () => {
    const other = { version: 'v24.1.0', line: ['/elsewhere/tool.js'] };
    assert.deepEqual(
      judge([worker, other, worker], { version: 'v24.1.0', mustRun: ['dist/main.js start'], root }),
      { processes: 3, seen: new Map([['dist/main.js start', 2]]), faults: [] },
    );
  });

  it('names each process that ran on another version, were it of the same major', () => {
    const others = ['v20.20.2', 'v24.1.1'].map((version, index) => ({
      version,
      line: index === 0 ? ['/elsewhere/tool.js', '--now'] : [`${root}/dist/late.js`],
    }));
    assert.deepEqual(judge([worker, ...others], { version: 'v24.1.0', mustRun: [], root }).faults, [
      '/elsewhere/tool.js --now ran on Node v20.20.2.',
      'dist/late.js ran on Node v24.1.1.',
    ]);
  });

  it('names each program that had to run and did not', () => {
    assert.deepEqual(
      judge([worker], { version: 'v24.1.0', mustRun: ['dist/main.js start', 'dist/sandbox.js'], root })
        .faults,
      ['No process of Node ran dist/sandbox.js.'],
    );
  });

  it('takes a process without a program for plain node', () => {
    assert.deepEqual(
      judge([{ version: 'v1.0.0', line: [] }], { version: 'v24.1.0', mustRun: [], root }).faults,
      ['node ran on Node v1.0.0.'],
    );
  });
});
