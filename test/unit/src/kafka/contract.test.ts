import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CONTRACTS, loadContract } from '../../../../src/kafka/contract.js';

it('loads the schema of every topic, as one line that is the same each time', () => {
  for (const name of CONTRACTS) {
    const contract = loadContract(name);
    assert.equal(contract.name, name);
    assert.doesNotMatch(contract.schema, /\n/);
    assert.equal(contract.schema, JSON.stringify(JSON.parse(contract.schema)));
    assert.equal(contract.schema, loadContract(name).schema);
    assert.match(contract.type.name ?? '', /^captureworker\.events\./);
  }
});
