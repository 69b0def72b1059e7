import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Capture } from '../capture/capture.js';
import { askedBy } from '../capture/current.js';
import { claimedBy } from '../capture/evidence.js';
import { describeMoney } from '../capture/money.js';
import type { Refusal, Standing } from '../capture/operator.js';
import { isRefusal, standingWords } from '../capture/operator.js';
import { CaptureWorkerError } from '../errors.js';
import type { Acted, CaptureAction } from '../ports/operator.js';
import { printable } from '../printable.js';
import type { Io } from './io.js';
import { toJson } from './json.js';
import { MOST_BY, MOST_REASON, userOf, wordsOption } from './account-options.js';
import { evidenceWords } from './story.js';

/** Options of every command that acts on a capture. */
export interface CaptureActionOptions {
  readonly reason?: string;
  readonly reference?: string;
  readonly by?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function captureIdArgument(text: string): string {
  if (UUID.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError(
    'It must be the id of the capture itself, which `captures show` tells by any other id.',
  );
}

/** The options that all of them have. */
export function addCaptureActionOptions(command: Command): Command {
  return command
    .argument('<captureId>', "the capture's own id", captureIdArgument)
    .option('--by <name>', 'who does it, unless it is the user of this terminal', wordsOption(MOST_BY))
    .option('--json', 'print one JSON document');
}

/** Those of a command that changes what the capture is, which must say why and asks before it acts. */
export function addDecisionOptions(command: Command): Command {
  return addCaptureActionOptions(command)
    .requiredOption('--reason <text>', 'why, for those who come after', wordsOption(MOST_REASON))
    .option('--yes', 'act without asking');
}

/** The action as it goes on record; a usage error if nobody can be named for it. */
export function captureActionOf(
  captureId: string,
  { reason, reference, by }: CaptureActionOptions,
  command: Command,
  io: Io,
): CaptureAction {
  const who = by ?? userOf(io);
  if (who === null) command.error('error: say who does it with --by: this user has no name');
  const action = `captures ${command.name()}`;
  return {
    captureId,
    actionId: randomUUID(),
    who,
    action,
    reason: reason ?? null,
    reference: reference ?? null,
  };
}

/** A usage error if the command would have to ask and nobody is there. To be called before anything else. */
export function assertCanAsk({ yes }: CaptureActionOptions, command: Command, io: Io): void {
  if (yes === true || (io.ask !== undefined && io.ask !== null)) return;
  command.error('error: this asks before it acts, and there is no terminal to ask at: add --yes');
}

/**
 * Shows the capture and what will be done to it, and goes on if that is what the operator wants. Throws ACTION_REFUSED if not. What is
 * shown goes to standard error: standard output has the result.
 */
export async function consent(
  standing: Standing,
  consequences: readonly string[],
  { yes }: CaptureActionOptions,
  io: Io,
): Promise<void> {
  io.err(`${[...preview(standing), ...consequences.map((line) => `  ${line}`)].join('\n')}\n`);
  if (yes === true) return;
  const answer = (await io.ask?.('Do it? (yes or no) ')) ?? '';
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw new CaptureWorkerError('ACTION_REFUSED', 'The answer was not yes: nothing was changed.');
}

function preview({ capture, evidence }: Standing): string[] {
  const { captureId, orderId, paymentId, provider, account, money, authorisedAmount } = capture;
  const authorised = describeMoney({ ...money, amount: authorisedAmount });
  return [
    `capture ${captureId}: ${standingWords(capture)}`,
    `  order         ${printable(orderId)}`,
    `  payment       ${printable(paymentId)} at ${provider}, account ${printable(account)}`,
    `  amount        ${describeMoney(money)} of ${authorised} authorised`,
    `  attempts      ${String(capture.attempts)}, the last under request ${capture.requestId}`,
    ...shownEvidence({ capture, evidence }).map(
      (text, index) => `  ${(index === 0 ? 'evidence' : '').padEnd(12)}  ${text}`,
    ),
    '',
  ];
}

/** The pieces that say what became of it, of which one may be why a person looks, and the newest of all. */
function shownEvidence({ capture, evidence }: Pick<Standing, 'capture' | 'evidence'>): string[] {
  const asked = askedBy(capture);
  const inOrder = evidence.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const telling = inOrder.filter((piece) => claimedBy(piece, asked) !== 'undecided');
  const newest = inOrder.at(-1);
  if (newest === undefined) return ['none'];
  const shown = telling.slice(-MOST_SHOWN);
  return [...shown, ...(shown.includes(newest) ? [] : [newest])].map((piece) => {
    const isOther = claimedBy(piece, asked) === 'mismatch' ? 'NOT WHAT WAS ASKED FOR, ' : '';
    return printable(`${isOther}${evidenceWords(piece)}`);
  });
}

/** More would hide the question; `captures show` has them all. */
const MOST_SHOWN = 8;

/** What the capture is now; throws NOT_FOUND or ACTION_REFUSED for an action that changed nothing. */
export function assertDone(acted: Acted | null, captureId: string): Extract<Acted, { done: true }> {
  if (acted === null) throw notFound(captureId);
  if (isRefusal(acted)) throw refused(captureId, acted);
  return acted;
}

/** The capture if there is one; else throws NOT_FOUND. */
export function assertFound<Found>(found: Found | null, captureId: string): Found {
  if (found === null) throw notFound(captureId);
  return found;
}

/** Throws ACTION_REFUSED if it is refused. */
export function assertAllowed(refusal: Refusal | null, captureId: string): void {
  if (refusal !== null) throw refused(captureId, refusal);
}

function notFound(captureId: string): CaptureWorkerError {
  return new CaptureWorkerError(
    'NOT_FOUND',
    `No capture has the id ${captureId}. \`captures show\` finds one by any other id.`,
  );
}

function refused(captureId: string, { refused: why }: Refusal): CaptureWorkerError {
  return new CaptureWorkerError('ACTION_REFUSED', `Capture ${captureId}: ${why}. Nothing was changed.`);
}

/** What came of it, as text or JSON. The body stays out: it can hold customers' data, and `captures show --raw` has it. */
export function tellDone(
  { before, after }: { readonly before: Capture; readonly after: Capture },
  action: CaptureAction,
  { json }: CaptureActionOptions,
  io: Io,
): void {
  if (json === true) {
    const { actionId, who } = action;
    const changed = { changedFrom: standingWords(before), changedTo: standingWords(after) };
    io.out(toJson({ actionId, who, ...changed, capture: { ...after, body: undefined } }));
    return;
  }
  const told =
    after.sequence > before.sequence ? `; subscribers are told by event ${String(after.sequence)}` : '';
  io.out(`capture ${after.captureId}: ${standingWords(before)} -> ${standingWords(after)}${told}\n`);
}
