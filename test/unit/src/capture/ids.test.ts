import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  attemptIdOf,
  captureIdOf,
  eventIdOf,
  evidenceIdOf,
  requestIdOf,
  traceparentOf,
} from '../../../../src/capture/ids.js';

const CLAIM = { provider: 'wallet', merchantId: 'm', captureReference: 'p' };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('ids', () => {
  it('never change: a request id that did would be a new request to the provider', () => {
    const captureId = captureIdOf(CLAIM);
    assert.equal(captureId, 'ace6e5c7-f767-8588-b2d8-0365e010853a');
    assert.equal(requestIdOf(captureId, 1), '60fd3441ebdb4ca4337147a8ee90285d');
  });

  // Databases hold ids of all kinds: each is what it was when they were first made, whatever the texts.
  const KNOWN: readonly (readonly [claim: readonly [string, string, string], ids: readonly string[]])[] = [
    [
      ['wallet', 'm', 'p'],
      [
        'ace6e5c7-f767-8588-b2d8-0365e010853a',
        '60fd3441ebdb4ca4337147a8ee90285d',
        '6d4b8e1dabba565195e6236a35fb3ef0',
        '3aa6867e-7f41-80c7-93d4-80c6a9f51229',
        'a0a73673-2207-87b5-8d32-73547bb9c362',
        '3f4d5c1a-7b09-8a6a-a9d9-9a151c309048',
        '260c382d-418a-8475-bedb-8e3643ab81e7',
        '9f1f5c65-0209-8a71-b5fc-0e9245189174',
        '00-1c35c21ac62a749db9c3baaaafedd1ad-84d6fd2de82a5670-01',
      ],
    ],
    [
      ['yabandpay', 'händler-ü', '2024𝄞00001'],
      [
        '1d1201ff-ceb7-849e-bced-fb4bca052f4f',
        'b13154c7386f60ea4b1d6b1f244989fd',
        'c8e2116a5a1f857c0028ac7ddf9c57b9',
        'de0e4cda-f7ab-8243-a376-27e83e1513de',
        '56fb1744-5f3b-8733-9aac-eefa0c0293ea',
        '5ec714e5-50ac-85cc-9b0c-300782828d43',
        '954c2340-c648-8c82-9338-28bf235a6b6e',
        '81fe0461-ef1d-870f-947d-4f273bf70996',
        '00-831c190e7ebed4415c5763b222e0ae80-6bec50cb66e3e826-01',
      ],
    ],
    [
      ['payermax', '商户', 'ord_№ 7'],
      [
        '5c9fc3d4-0f57-8c02-89b6-42366cc4762f',
        '50c19ba0b7e0552a4f82690fe8f3ffd0',
        'e0375ab06bb3beb2bebcdeb3bb899f85',
        '2c3f8dec-0c52-81b1-82be-e3c743aec6b6',
        '388e6811-38a5-848c-8716-16b943921569',
        'e416662f-409c-86ca-86c0-d12d10e51048',
        '3065a452-75bc-8cc1-825d-36c84f495053',
        'e1b8fd21-7d7a-83bb-8632-9aa22f82e129',
        '00-2665724e37bf000a548945ca4409e9e3-1fa3b4ad1d1adc37-01',
      ],
    ],
    [
      ['wallet', '', ''],
      [
        '89bc0342-b629-8c60-9a49-6f04f692f18c',
        'de4b72917119ab0e3e7f786b78b2f946',
        '3e219af4c8897e849cb0760eb84de62a',
        '01f694c0-26ce-82fa-9704-0688f83117b2',
        'c59dc40a-7d13-8a1d-a552-40c8921968e9',
        '3b5cb0d3-f468-84c0-a677-357841ae8c5f',
        'f213f867-a248-8ee8-9aa1-8293b2c27255',
        '1f1a5874-f33d-8d0a-bc9f-480370c3e859',
        '00-33f6c79b4340540469d4799fa0491efc-8468407bf2ca53cc-01',
      ],
    ],
    [
      ['wallet', '1:x', '2:y:'],
      [
        'a5faa26a-3582-8af9-a5dc-b4d112bc869c',
        'd5609979ccdaed2d5cddaacd9035e3b4',
        '314398053d36da9276425ec4b07375bf',
        '0d72cc02-c5a2-87b9-a2b3-340f71a0f5b3',
        '3d0f3fc6-40bb-8653-acb4-fcd7a7fe5bd4',
        '87c7079c-158f-8c8a-b2df-1649396d0d75',
        '352d191f-4472-8802-8611-080d5ebf4e89',
        '09ef2e43-4ca4-8d36-9a1b-cb884980b8f0',
        '00-03687e86fff8296b242fd2ea812f98ba-ac51c1d3b765e69a-01',
      ],
    ],
    [
      ['wallet', 'm\ud834', 'p\udd1e'],
      [
        '34df7602-268d-861d-89c7-fa6587bcd946',
        '517187309c68873d3fa62bc4fb4d0ee7',
        'e28fedd2252d9b15144451e7633cc890',
        '24a514a2-b00c-808d-b4a3-ef7b2559a595',
        'a7333c5d-fb95-8d90-90dc-243e1e3d849b',
        '6bb6e93b-a907-8ae9-9374-d4457e6b2106',
        '96fd7d3a-06e7-8c17-867f-b0c03c2c6fac',
        '8ce7f6fb-a484-8478-9936-b9e4c45d0efa',
        '00-790bcbcd29237ca708246fa0e50d591d-5bcb18519c54c860-01',
      ],
    ],
  ];
  for (const [[provider, merchantId, captureReference], ids] of KNOWN) {
    it(`are what they were of ${JSON.stringify([provider, merchantId, captureReference])}`, () => {
      const captureId = captureIdOf({ provider, merchantId, captureReference });
      assert.deepEqual(
        [
          captureId,
          requestIdOf(captureId, 1),
          requestIdOf(captureId, 2),
          attemptIdOf(captureId, 1),
          attemptIdOf(captureId, 12),
          eventIdOf(captureId, 1),
          evidenceIdOf(captureId, 'attempt:1:answer'),
          evidenceIdOf(captureId, 'é𝄞'),
          traceparentOf(captureId),
        ],
        ids,
      );
    });
  }

  it('are UUIDs of version 8, whatever the hash', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (source) => {
        assert.match(evidenceIdOf('c', source), UUID);
      }),
    );
  });

  it('are UUIDs, and request ids 32 characters that every provider takes', () => {
    const captureId = captureIdOf(CLAIM);
    for (const id of [
      captureId,
      attemptIdOf(captureId, 1),
      eventIdOf(captureId, 1),
      evidenceIdOf(captureId, 'x'),
    ]) {
      assert.match(id, UUID);
    }
    assert.match(requestIdOf(captureId, 1), /^[0-9a-f]{32}$/);
    assert.match(traceparentOf(captureId), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  it('differ when any part of what they name differs, wherever the parts are cut', () => {
    const claim = fc.record({
      provider: fc.string(),
      merchantId: fc.string(),
      captureReference: fc.string(),
    });
    fc.assert(
      fc.property(claim, claim, (a, b) => {
        const same =
          a.provider === b.provider &&
          a.merchantId === b.merchantId &&
          a.captureReference === b.captureReference;
        assert.equal(captureIdOf(a) === captureIdOf(b), same);
      }),
    );
    assert.notEqual(
      captureIdOf({ provider: 'ab', merchantId: 'c', captureReference: 'd' }),
      captureIdOf({ provider: 'a', merchantId: 'bc', captureReference: 'd' }),
    );
    assert.notEqual(requestIdOf('c', 1), requestIdOf('c', 2));
    assert.notEqual(eventIdOf('c', 1), eventIdOf('c', 2));
    assert.notEqual(attemptIdOf('c', 1), eventIdOf('c', 1));
  });
});
