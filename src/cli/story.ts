import type { Capture, CaptureStatus } from '../capture/capture.js';
import { isFinal } from '../capture/capture.js';
import type { Evidence, Finding } from '../capture/evidence.js';
import { describeMoney } from '../capture/money.js';
import type { OperatorAction } from '../ports/operator.js';
import type { Attempt, RecordedEvidence, StoredEvent, Story } from '../store/stories.js';
import { printable } from '../printable.js';
import { bytesAsText } from './json.js';
import { elapsed } from './text.js';

export interface StoryOptions {
  /** For what lies ahead: when something is due, whether a lease still holds. */
  readonly now: Date;
  /** Whether to show the bodies as sent and received. They can hold customers' data. */
  readonly raw: boolean;
}

/** A capture's whole story, for whoever must understand it at night: what it is, where it stands, and what happened, in order. */
export function describeStory(story: Story, options: StoryOptions): string {
  const { capture } = story;
  const head = `capture ${capture.captureId}: ${describeStatus(capture.status)}, ${describeMoney(capture.money)}`;
  const facts = factsOf(story, options).map(([name, text]) => `  ${name.padEnd(12)}  ${printable(text)}`);
  return `${[head, ...facts, '', ...timeline(story, options)].join('\n')}\n`;
}

/** A status in a word or two: `pending (unknown)`, `failed (funds)`. */
export function describeStatus(status: CaptureStatus): string {
  switch (status.state) {
    case 'planned':
    case 'succeeded':
    case 'cancelled':
      return status.state;
    case 'sending':
      return `sending (attempt ${String(status.attempt)})`;
    case 'pending':
      return `pending (${status.reason})`;
    case 'failed':
      return `failed (${status.category})`;
  }
}

type Fact = readonly [name: string, text: string];

function factsOf(story: Story, { now, raw }: StoryOptions): Fact[] {
  const { capture } = story;
  const { provider, account, merchantId, money, status } = capture;
  const facts: Fact[] = [
    ['order', capture.orderId],
    ['payment', `${capture.paymentId} at ${provider}, account ${account}, merchant ${merchantId}`],
    ...(capture.orderedAmount === money.amount
      ? []
      : [
          [
            'ordered',
            `${describeMoney({ amount: capture.orderedAmount, currency: money.currency })}; an operator had another amount sent`,
          ] as const,
        ]),
    [
      'authorised',
      `${describeMoney({ amount: capture.authorisedAmount, currency: money.currency })}, until ${at(capture.expiresAt)}`,
    ],
    ['request', `${capture.requestId} (generation ${String(capture.generation)})`],
    ['trace', capture.traceparent],
  ];
  if (capture.captureReference !== capture.paymentId) facts.push(['reference', capture.captureReference]);
  if (status.state === 'succeeded')
    facts.push([
      'captured',
      `${status.capturedAt === null ? 'at a time not told' : at(status.capturedAt)}, provider's id ${status.providerCaptureId ?? 'not told'}`,
    ]);
  facts.push(...whatNext(story, now));
  if (raw) facts.push(['body', bytesAsText(capture.body)]);
  return facts;
}

/** What the capture waits for, if it does. */
function whatNext({ capture, lease, paused, scheduled }: Story, now: Date): Fact[] {
  const facts: Fact[] = [];
  if (lease !== null) {
    const over = lease.until.getTime() <= now.getTime();
    facts.push(['lease', `${lease.worker}, ${over ? 'ran out at' : 'until'} ${at(lease.until)}`]);
  }
  if (scheduled !== null) {
    const { action, dueAt } = scheduled;
    facts.push(['next', dueAt === null ? `${action}: waits for a person` : `${action}, ${when(dueAt, now)}`]);
  }
  if (capture.contradictedAt !== null)
    facts.push([
      'CONTRADICTED',
      `since ${at(capture.contradictedAt)}: evidence is against what was published`,
    ]);
  if (paused && capture.status.state !== 'sending' && !isFinal(capture.status))
    facts.push(['PAUSED', `account ${capture.account}: nothing is sent through it until it is resumed`]);
  if (capture.review !== null)
    facts.push(['REVIEW', `${capture.review}: a person must look; nothing is sent meanwhile`]);
  return facts;
}

function when(due: Date, now: Date): string {
  const ms = due.getTime() - now.getTime();
  return `due ${at(due)} (${ms >= 0 ? `in ${elapsed(ms)}` : `${elapsed(-ms)} ago`})`;
}

interface Moment {
  readonly at: Date;
  readonly what: string;
  readonly details: string;
  readonly more?: string;
}

/** All that happened, oldest first. What the database wrote in one moment is in the order in which it follows from each other. */
function timeline(story: Story, options: StoryOptions): string[] {
  const { capture, source } = story;
  const moments: Moment[] = [
    {
      at: capture.createdAt,
      what: 'claimed',
      details: `${source.topic}, partition ${String(source.partition)}, offset ${source.offset.toString()}, event ${source.eventId}`,
    },
    ...story.attempts.map(attemptMoment),
    ...story.evidence.map((piece) => evidenceMoment(piece, options)),
    ...story.events.map(eventMoment),
    ...story.actions.map(actionMoment),
  ];
  const width = Math.max(...moments.map(({ what }) => what.length));
  return moments
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
    .flatMap((moment) => {
      const since = `+${elapsed(moment.at.getTime() - capture.createdAt.getTime())}`;
      const line = `  ${at(moment.at)}  ${since.padEnd(9)}  ${moment.what.padEnd(width)}  ${printable(moment.details)}`;
      return moment.more === undefined ? [line] : [line, `    ${printable(moment.more)}`];
    });
}

function attemptMoment({ kind, number, worker, requestId, startedAt, leaseUntil }: Attempt): Moment {
  const lease = elapsed(leaseUntil.getTime() - startedAt.getTime());
  const what = kind === 'capture' ? `attempt ${String(number)}` : `inquiry ${String(number)}`;
  return { at: startedAt, what, details: `by ${worker}, request ${requestId}, lease ${lease}` };
}

function evidenceMoment({ evidence, recordedAt }: RecordedEvidence, { raw }: StoryOptions): Moment {
  return {
    at: recordedAt,
    what: 'evidence',
    details: evidenceWords(evidence),
    ...(raw && evidence.raw !== null ? { more: bytesAsText(evidence.raw) } : {}),
  };
}

/** What one piece of evidence says, and of when. */
export function evidenceWords(evidence: Evidence): string {
  const { kind, attempt, finding, providerCode, providerMessage } = evidence;
  const source = attempt === null ? words(kind) : `${words(kind)} to attempt ${String(attempt)}`;
  const said = [providerCode, providerMessage === null ? null : JSON.stringify(providerMessage)];
  const parts = [`${source}: ${describeFinding(finding)}`, ...said, `as of ${at(evidence.at)}`];
  return parts.filter((part) => part !== null).join(', ');
}

function words(kind: Evidence['kind']): string {
  return kind === 'capture_response' ? 'answer' : kind;
}

function describeFinding(finding: Finding): string {
  switch (finding.is) {
    case 'captured': {
      const money = finding.money === null ? '' : ` ${describeMoney(finding.money)}`;
      const id = finding.providerCaptureId === null ? '' : ` as ${finding.providerCaptureId}`;
      return `captured${money}${id}`;
    }
    case 'declined':
    case 'closed':
      return `${finding.is} (${finding.category})`;
    case 'foreign':
      return 'an answer about something else than was asked';
    case 'lapsed':
      return 'no answer before the lease ran out';
    case 'assumed_sent':
      return 'assumed to have been sent: the database had been restored';
    case 'assumed_repeatable':
      return 'assumed to have been sent: the database had been restored; may be repeated, since --unverifiable was given';
    case 'in_process':
    case 'busy':
    case 'unknown':
    case 'id_taken':
    case 'not_sent':
    case 'not_processed':
    case 'account_fault':
    case 'probe_refused':
    case 'authorised':
    case 'cancelled':
    case 'withdrawn':
    case 'retried':
      return finding.is.replaceAll('_', ' ');
  }
}

function eventMoment({ sequence, type, eventId, createdAt, published }: StoredEvent): Moment {
  const details = `${type}, ${published ? 'published' : 'NOT YET PUBLISHED'}, event ${eventId}`;
  return { at: createdAt, what: `event ${String(sequence)}`, details };
}

/** What an operator did comes after what follows from it, since it is written down last. */
function actionMoment(action: OperatorAction): Moment {
  const { who, reason, reference, changedFrom, changedTo } = action;
  const change = `${changedFrom ?? 'nothing'} -> ${changedTo ?? 'nothing'}`;
  const details = [
    `${action.action} by ${who}: ${change}`,
    reason === null ? null : `reason ${JSON.stringify(reason)}`,
    reference === null ? null : `reference ${JSON.stringify(reference)}`,
  ];
  return { at: action.at, what: 'operator', details: details.filter((part) => part !== null).join(', ') };
}

function at(time: Date): string {
  return time.toISOString();
}

/** One row of a list of captures, under `LIST_TITLES`. */
export function listRow(capture: Capture): string[] {
  const { createdAt, status, review, contradictedAt, money, account, orderId, paymentId, captureId } =
    capture;
  return [
    at(createdAt),
    [
      describeStatus(status),
      ...(contradictedAt === null ? [] : [`contradicted since ${at(contradictedAt)}`]),
      ...(review === null ? [] : ['REVIEW']),
    ].join(' '),
    describeMoney(money),
    account,
    orderId,
    paymentId,
    captureId,
  ].map(printable);
}

export const LIST_TITLES = ['claimed', 'state', 'amount', 'account', 'order', 'payment', 'capture'];
