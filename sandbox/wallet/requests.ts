import { z } from 'zod';

/** A capture, well-formed. */
export interface CaptureRequest {
  readonly clientId: string;
  readonly captureRequestId: string;
  readonly paymentId: string;
  /** Minor units. Null asks for the whole authorised amount. */
  readonly amount: { readonly value: bigint; readonly currency: string } | null;
  readonly extendInfo: string | null;
}

export interface InquiryRequest {
  readonly clientId: string;
  readonly paymentId: string | null;
  readonly paymentRequestId: string | null;
}

/** A request, or what is wrong with it. */
export type Read<Request> = { readonly request: Request } | { readonly problem: string };

const id = z.string().min(1).max(64);

const captureSchema = z.object({
  captureRequestId: id,
  paymentId: id,
  captureAmount: z
    .object({
      // A string of digits: a JSON number has lost money in some reader on the way.
      value: z
        .string()
        .regex(/^[1-9]\d{0,15}$/, 'must be a positive integer as a string of at most 16 digits'),
      currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters'),
    })
    .optional(),
  extendInfo: z.string().max(2048).optional(),
});

const inquirySchema = z
  .object({ paymentId: id.optional(), paymentRequestId: id.optional() })
  .refine(({ paymentId, paymentRequestId }) => paymentId !== undefined || paymentRequestId !== undefined, {
    error: 'paymentId or paymentRequestId must be given',
  });

export function readCapture(clientId: string, body: Uint8Array): Read<CaptureRequest> {
  const parsed = read(captureSchema, body);
  if ('problem' in parsed) return parsed;
  const { captureRequestId, paymentId, captureAmount, extendInfo = null } = parsed.request;
  const amount =
    captureAmount === undefined
      ? null
      : { value: BigInt(captureAmount.value), currency: captureAmount.currency };
  return { request: { clientId, captureRequestId, paymentId, amount, extendInfo } };
}

export function readInquiry(clientId: string, body: Uint8Array): Read<InquiryRequest> {
  const parsed = read(inquirySchema, body);
  if ('problem' in parsed) return parsed;
  const { paymentId = null, paymentRequestId = null } = parsed.request;
  return { request: { clientId, paymentId, paymentRequestId } };
}

function read<T>(schema: z.ZodType<T>, body: Uint8Array): Read<T> {
  const json = parseJson(body);
  if (json === undefined) return { problem: 'The body is not JSON in UTF-8.' };
  const parsed = schema.safeParse(json);
  if (parsed.success) return { request: parsed.data };
  const [issue] = parsed.error.issues;
  return { problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}.` };
}

/** `undefined` if the bytes are no JSON. Bytes that aren't UTF-8 are refused, not replaced. */
function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return undefined;
  }
}
