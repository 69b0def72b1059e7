/** The codes of YabandPay's page of captures. The sandbox keeps its own table, apart from the client's. */
export interface CodeEntry {
  readonly status: boolean;
  readonly message: string;
}

export const CODES = {
  '200': { status: true, message: '' },
  '-1000': { status: false, message: 'Something failed inside.' },
  '-403': { status: false, message: 'The signature does not hold.' },
  '-2001': { status: false, message: 'There is no such user.' },
  '-3001': { status: false, message: 'A field is missing or malformed.' },
  '-4118': { status: false, message: 'This request id is taken or out of form.' },
  '-4089': { status: false, message: 'The time to capture is over.' },
  '-4084': { status: false, message: 'That is more than was authorised.' },
  '-4085': { status: false, message: 'That is not the currency of the authorisation.' },
  '-4024': { status: false, message: 'There is no such authorisation to capture.' },
} as const satisfies Readonly<Record<string, CodeEntry>>;
export type Code = keyof typeof CODES;

export function isCode(code: string): code is Code {
  return Object.hasOwn(CODES, code);
}

/** What random declines are. */
export const USUAL_DECLINES = ['-4024', '-4084', '-4085', '-4089'] as const satisfies readonly Code[];

/** The codes that only a request gets that was judged: its request id is used up then. */
export const BURNING: ReadonlySet<string> = new Set<Code>(['200', '-4089', '-4084', '-4085', '-4024']);
