/**
 * What a provider says of a payment's capture, however it words it. `authorised`: it isn't captured as of now, and a request would capture
 * it; `nothing`: no word of it, or none that could be relied on.
 */
export const WORDS = ['captured', 'failed', 'in_process', 'authorised', 'nothing'] as const;
export type Word = (typeof WORDS)[number];
