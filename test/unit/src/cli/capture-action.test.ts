import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Told } from '../../../support/cli.js';
import { runCli } from '../../../support/cli.js';

const ID = '00000000-0000-8000-8000-000000000000';
const WHY = ['--reason', 'seen'];
const PROOF = [...WHY, '--reference', 'ST-17'];

/** Without a database: whatever gets further than the command line ends with 3. */
function captures(...args: readonly string[]): Promise<Told> {
  return runCli(['captures', ...args], { USER: 'alice' });
}

describe('a command that acts on a capture', () => {
  const refused: [string, string[], RegExp][] = [
    ['no outcome', ['resolve', ID, ...PROOF, '--yes'], /either --succeeded or --failed/],
    [
      'both outcomes',
      ['resolve', ID, '--succeeded', '--failed', ...PROOF, '--yes'],
      /either --succeeded or --failed/,
    ],
    [
      'a category of a success',
      ['resolve', ID, '--succeeded', '--category', 'funds', ...PROOF, '--yes'],
      /leave it out with --succeeded/,
    ],
    [
      'an outcome of a capture that is acknowledged',
      ['resolve', ID, '--acknowledge', '--failed', ...PROOF, '--yes'],
      /either --succeeded or --failed, or --acknowledge/,
    ],
    [
      'our amount where nothing moved',
      ['resolve', ID, '--failed', '--our-amount-moved', ...PROOF, '--yes'],
      /--our-amount-moved is for --succeeded/,
    ],
    [
      'a category that is none',
      ['resolve', ID, '--failed', '--category', 'whim', ...PROOF, '--yes'],
      /Allowed choices are expired/,
    ],
    ['no proof', ['resolve', ID, '--failed', ...WHY, '--yes'], /--reference/],
    ['a blank proof', ['resolve', ID, '--failed', ...WHY, '--reference', ' ', '--yes'], /must not be blank/],
    ['no reason', ['cancel', ID, '--yes'], /--reason/],
    ['a blank reason', ['cancel', ID, '--reason', '  ', '--yes'], /must not be blank/],
    [
      'a reason that no terminal should see',
      ['cancel', ID, '--reason', 'a\u001b[2Jb', '--yes'],
      /control characters/,
    ],
    ['a reason as long as a letter', ['cancel', ID, '--reason', 'x'.repeat(501), '--yes'], /501 characters/],
    ['nobody', ['cancel', ID, ...WHY, '--by', '', '--yes'], /must not be blank/],
    ['another id', ['cancel', 'order-1', ...WHY, '--yes'], /must be the id of the capture itself/],
    [
      'an amount in major units',
      ['retry', ID, ...WHY, '--amount', '1.50', '--yes'],
      /whole number of minor units/,
    ],
    ['no amount at all', ['retry', ID, ...WHY, '--amount', '0', '--yes'], /of 1 or more/],
    [
      'an amount beyond 64 bits',
      ['retry', ID, ...WHY, '--amount', '9223372036854775808', '--yes'],
      /of 1 or more/,
    ],
  ];
  for (const [what, args, message] of refused)
    it(`is refused with ${what}, by a usage error`, async () => {
      const { code, out, err } = await captures(...args);
      assert.deepEqual([code, out], [2, ''], err);
      assert.match(err, message);
    });

  it('and asks first is refused where nobody can be asked, and told to add --yes', async () => {
    for (const args of [
      ['resolve', ID, '--failed', ...PROOF],
      ['cancel', ID, ...WHY],
      ['retry', ID, ...WHY],
    ]) {
      const { code, err } = await captures(...args);
      assert.equal(code, 2);
      assert.match(err, /there is no terminal to ask at: add --yes/);
      assert.equal((await captures(...args, '--yes')).code, 3, 'and then it goes on');
    }
  });

  it('says in its help what it needs, and what it can end with', async () => {
    for (const name of ['resolve', 'cancel', 'inquire', 'retry']) {
      const { code, out } = await captures(name, '--help');
      assert.equal(code, 0);
      for (const part of ['DATABASE_URL', '  11  nothing was changed', '--by <name>', '--json', 'Examples:'])
        assert.ok(out.includes(part), `${name}: ${part}`);
      assert.equal(out.includes('SCHEMA_REGISTRY_URL'), name !== 'inquire');
    }
  });
});
