import type { Edit } from '../../dev/edited-modules/edit.js';

/** A place in the worker at which a process can die. */
export interface CrashPoint extends Omit<Edit, 'code'> {
  readonly name: string;
  /** What has happened when it dies there, and what hasn't. */
  readonly moment: string;
  /** What must be true there for the arrival to count, in the words of the module. */
  readonly when?: string;
  /** Dies so many ms later, if it isn't to die in the same turn. */
  readonly afterMs?: number;
  /** The arrival to die at is drawn from the first so many. */
  readonly within: number;
}

const ORDERS = 'consumers/order-fulfilled.js';
const CLAIM = 'src/store/claim.js';
const EXCHANGE = 'src/providers/http-exchange.js';
const RELAY = 'producers/outbox-relay.js';
const COMMITTER = 'src/kafka/committer.js';
const NOTIFICATIONS = 'consumers/capture-notification.js';
const ADVANCE = 'src/worker/advance.js';
const RUNNER = 'src/kafka/runner.js';

const CLAIMED = 'const inserted = byCaptureId(await session.query(CLAIM, claimColumns(requests)));';
const LEFT = 'this.#mayHaveLeft = true;';
const FRESH = 'const written = await withSession(pool, DOING, (session) => writeFreshFolds(session, folds));';
const COMMITTED = 'await through(moved);';
const APPENDED = 'acknowledged = events.map(({ queueId }) => queueId);';

/** Every place, in the order in which an order passes them; then what follows from what was left open. */
export const CRASH_POINTS: readonly CrashPoint[] = [
  {
    name: 'order-decoded',
    moment: 'an order was read, and nothing is on record of it',
    module: ORDERS,
    anchor: 'const order = await decode(message.value);',
    where: 'after',
    within: 15,
  },
  {
    name: 'before-claim',
    moment: 'claims are about to be written',
    module: CLAIM,
    anchor: CLAIMED,
    where: 'before',
    within: 15,
  },
  {
    name: 'claim-unheard',
    moment: 'claims are committed, and the worker never heard of it',
    module: CLAIM,
    anchor: CLAIMED,
    where: 'after',
    within: 15,
  },
  {
    name: 'before-first-byte',
    moment: 'a connection is ready, and no byte of the request is written',
    module: EXCHANGE,
    anchor: LEFT,
    where: 'before',
    within: 15,
  },
  {
    name: 'sent-unanswered',
    moment: 'a request is sent and unanswered',
    module: EXCHANGE,
    anchor: LEFT,
    where: 'after',
    afterMs: 5,
    within: 15,
  },
  {
    name: 'answered-unrecorded',
    moment: 'the provider has answered, and nothing is on record of it',
    module: 'src/worker/send.js',
    anchor: 'const tookMs = clock.monotonic() - begun;',
    where: 'after',
    within: 15,
  },
  {
    name: 'record-unheard',
    moment: 'evidence and events are committed, and the worker never heard of it',
    module: 'src/store/record.js',
    anchor: FRESH,
    where: 'after',
    within: 15,
  },
  {
    name: 'before-offset-commit',
    moment: 'orders are done, and their offsets are about to be committed',
    module: COMMITTER,
    anchor: COMMITTED,
    where: 'before',
    within: 5,
  },
  {
    name: 'after-offset-commit',
    moment: 'offsets are committed, and the worker has not noted it',
    module: COMMITTER,
    anchor: COMMITTED,
    where: 'after',
    within: 5,
  },
  {
    name: 'dead-letter-uncommitted',
    moment: 'a dead letter is appended, and the offset of its message is not committed',
    module: ORDERS,
    anchor: 'await deadLetter(message, taken.rejection);',
    where: 'after',
    within: 2,
  },
  {
    name: 'outbox-read',
    moment: 'events are read from the queue and not appended',
    module: RELAY,
    anchor: 'await producer.append(events.map(({ record }) => record));',
    where: 'before',
    when: "what === 'events'",
    within: 8,
  },
  {
    name: 'appended-queued',
    moment: 'events are appended, and still queued',
    module: RELAY,
    anchor: APPENDED,
    where: 'after',
    when: "what === 'events'",
    within: 8,
  },
  {
    name: 'unqueued',
    moment: 'events are taken off the queue, and the worker has not noted it',
    module: RELAY,
    anchor: 'await store.published(acknowledged);',
    where: 'after',
    when: "what === 'events'",
    within: 8,
  },
  {
    name: 'due-taken',
    moment: 'due captures are taken, and nothing is done about them',
    module: 'src/worker/scheduler.js',
    anchor: 'const taken = await due.takeDue({ actions: ACTIONS, rooms, limit: left, takenForMs });',
    where: 'after',
    when: 'taken.length > 0',
    within: 3,
  },
  {
    name: 'resend-started',
    moment: 'a lease is started for another try, and nothing is sent',
    module: ADVANCE,
    anchor: 'const begun = await store.start({ captureId: capture.captureId, leaseMs, worker });',
    where: 'after',
    when: 'begun !== null',
    within: 2,
  },
  {
    name: 'inquiry-unrecorded',
    moment: 'an inquiry is answered, and nothing is on record of it',
    module: 'src/worker/inquire.js',
    anchor: 'const tookMs = clock.monotonic() - begun;',
    where: 'after',
    within: 2,
  },
  {
    name: 'lapse-recorded',
    moment: 'it is on record that an answer never came, and nothing was asked yet',
    module: ADVANCE,
    anchor: 'if (settled !== null)\n        observer.state(settled, settled.status.state);',
    where: 'before',
    within: 1,
  },
  {
    name: 'notification-unanswered',
    moment: 'a notification is stored, and its sender has no reply',
    module: 'src/http/receive-notification.js',
    anchor: 'const kept = await keep(stored(reading, { received, at, receivedAt }), options);',
    where: 'after',
    when: "kept === 'stored'",
    within: 10,
  },
  {
    name: 'notification-queued',
    moment: 'a notification is appended to its topic, and still queued',
    module: RELAY,
    anchor: APPENDED,
    where: 'after',
    when: "what === 'notifications'",
    within: 8,
  },
  {
    name: 'notification-unfolded',
    moment: 'a notification is read from its topic, and not folded',
    module: NOTIFICATIONS,
    anchor: 'const notification = await decode(message.value);',
    where: 'after',
    within: 10,
  },
  {
    name: 'notification-uncommitted',
    moment: 'a notification is folded, and its offset is not committed',
    module: NOTIFICATIONS,
    anchor: 'observer.notification(provider, taken.taken);',
    where: 'before',
    within: 10,
  },
  {
    name: 'parked-joined',
    moment: 'a parked notification is joined with its capture, and still parked',
    module: 'src/worker/join-parked.js',
    anchor: 'await parked.joined(done.map(({ notificationId }) => notificationId));',
    where: 'before',
    when: 'done.length > 0',
    within: 1,
  },
  {
    name: 'rebalance-settled',
    moment: 'a rebalance begins, what was under way has ended, and its offsets are not committed',
    module: RUNNER,
    anchor: 'await sleepUntil(() => draining === null && ofStint.underWay === 0, settleMs, over);',
    where: 'after',
    within: 1,
  },
  {
    name: 'draining',
    moment: 'the worker is told to stop, and orders are under way',
    module: RUNNER,
    anchor: 'await sleepUntil(() => lanes.running + lanes.queued === 0, deadlineMs);',
    where: 'before',
    within: 1,
  },
  {
    name: 'drained-uncommitted',
    moment: 'the worker is told to stop, all is done, and the last offsets are not committed',
    module: RUNNER,
    anchor: 'await sleepUntil(() => lanes.running + lanes.queued === 0, deadlineMs);',
    where: 'after',
    within: 1,
  },
];

export function crashPoint(name: string): CrashPoint {
  const found = CRASH_POINTS.find((point) => point.name === name);
  if (found === undefined) throw new Error(`there is no crash point ${name}`);
  return found;
}
