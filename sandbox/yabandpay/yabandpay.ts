import type { FastifyInstance } from 'fastify';
import type { Authorisation } from '../book.js';
import { Captures } from '../captures.js';
import type { AnswerScenario, Scenario } from '../scenario.js';
import type { Scripts } from '../script.js';
import type { Common, Shared, Simulator } from '../simulator.js';
import { commonOf } from '../simulator.js';
import { DAY } from '../time-spans.js';
import type { YabandPayCaptures } from './captures.js';
import { YabandPayRules } from './captures.js';
import { isCode, USUAL_DECLINES } from './codes.js';
import type { YabandPayCredentials } from './credentials.js';
import { Gate } from './gate.js';
import { YabandPayQuery } from './query.js';
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
  readonly #users: ReadonlySet<string>;

  constructor(credentials: YabandPayCredentials, shared: Shared) {
    this.common = commonOf(shared, { usual: USUAL_DECLINES, knows: isCode });
    const { book, now } = this.common;
    this.#rules = new YabandPayRules({ book });
    this.#captures = new Captures(this.#rules, this.common);
    this.#query = new YabandPayQuery({ book, captures: this.#captures, now });
    this.#gate = new Gate({ ...credentials, now });
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

  routes(app: FastifyInstance): void {
    const [gate, captures, query] = [this.#gate, this.#captures, this.#query];
    yabandPayRoutes(app, { ...this.common, gate, captures, query });
  }

  reset(): void {
    this.#rules.reset();
    this.#captures.reset();
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
