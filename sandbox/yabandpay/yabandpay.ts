import type { FastifyInstance } from 'fastify';
import type { Authorisation, Entry, Undone } from '../book.js';
import type { Change } from '../captures.js';
import { Captures } from '../captures.js';
import type { AnswerScenario, Scenario } from '../scenario.js';
import type { Scripts } from '../script.js';
import type { Common, Shared, Simulator, Words } from '../simulator.js';
import { commonOf, undoLater } from '../simulator.js';
import { DAY } from '../time-spans.js';
import { wordsOf } from '../words.js';
import type { Answer } from './answer.js';
import type { YabandPayCaptures } from './captures.js';
import { YabandPayRules } from './captures.js';
import { isCode, USUAL_DECLINES } from './codes.js';
import type { YabandPayCredentials } from './credentials.js';
import { Gate } from './gate.js';
import { YABANDPAY_POST, YabandPayLetters } from './letters.js';
import { YabandPayQuery } from './query.js';
import type { CaptureRequest } from './requests.js';
import { yabandPayRoutes } from './routes.js';

/** The simulated YabandPay, put together. */
export class YabandPay implements Simulator {
  readonly name = 'yabandpay';
  readonly common: Common;
  readonly authorisationLifeMs = 30 * DAY;
  readonly usualDeclines = USUAL_DECLINES;
  readonly #rules: YabandPayRules;
  readonly #captures: YabandPayCaptures;
  readonly #query: YabandPayQuery;
  readonly #gate: Gate;
  readonly #letters: YabandPayLetters;
  readonly #users: ReadonlySet<string>;

  constructor(credentials: YabandPayCredentials, shared: Shared) {
    this.common = commonOf(shared, {
      ...{ usual: USUAL_DECLINES, knows: isCode, signsAnswers: false },
      ...{ provider: this.name, postalRules: YABANDPAY_POST },
    });
    const { book, now } = this.common;
    this.#rules = new YabandPayRules({
      book,
      changed: (request, change) => {
        this.#changed(request, change);
      },
    });
    this.#captures = new Captures(this.#rules, this.common);
    this.#query = new YabandPayQuery({ book, captures: this.#captures, now });
    this.#gate = new Gate({ ...credentials, now });
    this.#letters = new YabandPayLetters(credentials);
    this.#users = new Set(credentials.merchants.map(({ user }) => user));
  }

  knowsMerchant(user: string): boolean {
    return this.#users.has(user);
  }

  problemOf(scenario: Scenario): string | null {
    if (scenario.kind === 'unsigned' || scenario.kind === 'wrong_signature') {
      return `yabandpay signs no answers: ${scenario.kind} can't be played`;
    }
    return scenario.kind === 'answer' ? problemOfAnswer(scenario) : null;
  }

  authorise(authorisation: Authorisation, scripts: Scripts): void {
    this.common.book.authorise(authorisation);
    this.common.director.assign(authorisation.paymentId, scripts);
  }

  undo(paymentId: string, is: Undone): boolean {
    const { book, courier, now } = this.common;
    const entry = book.find(paymentId);
    if (entry === null || !book.undo(paymentId, { is, at: now() })) return false;
    const amount = entry.movements.reduce((sum, movement) => sum + movement.amount, 0n);
    courier.tell(entry.authorisation, [this.#letters.aboutUndoing(entry.authorisation, amount, is)]);
    return true;
  }

  /** That a trade is cancelled doesn't say whether it was captured before. */
  wordsOf(entry: Entry): Words {
    return wordsOf(
      entry,
      { ...this.common, captures: this.#captures },
      {
        inquiry: ({ undoing }, truth) => (undoing?.is === 'voided' ? 'nothing' : truth),
        repeat: (request) => this.#rules.repeat(request),
      },
    );
  }

  routes(app: FastifyInstance): void {
    const [gate, captures, query] = [this.#gate, this.#captures, this.#query];
    yabandPayRoutes(app, { ...this.common, gate, captures, query });
  }

  reset(): void {
    this.#rules.reset();
    this.#captures.reset();
  }

  /** Every change of a trade's state is told. */
  #changed({ paymentId }: CaptureRequest, change: Change<Answer>): void {
    const { book, courier } = this.common;
    const trade = book.find(paymentId)?.authorisation;
    if (trade === undefined) return;
    if (change.is === 'in_process') courier.tell(trade, [this.#letters.about(trade, change, change.is)]);
    else courier.tellEnd(trade, change.is, (says) => [this.#letters.about(trade, change, says)]);
    if (change.is === 'captured') undoLater(this, paymentId);
  }
}

/** With the code 200, `resultStatus` is the state of the trade; with others it can only confirm that the code is meant so. */
function problemOfAnswer({ resultCode, resultStatus }: AnswerScenario): string | null {
  if (resultCode === '200') return null;
  if (resultStatus !== undefined && resultStatus !== 'false') {
    return `with ${resultCode}, resultStatus can only be false; a state goes with 200`;
  }
  if (isCode(resultCode) || resultStatus === 'false') return null;
  return `yabandpay has no code ${resultCode}: give "resultStatus": "false", or correct it`;
}
