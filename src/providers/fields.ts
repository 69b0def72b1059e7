import { z } from 'zod';
import { isStorable } from '../capture/order.js';
import { readTime } from './times.js';

/**
 * Fields of providers' answers. What decides something must be there and be right, or the answer can't be read; what only informs (a
 * message, a time, an id that is only kept) is dropped if it isn't.
 */
export const word = z.string().max(64);
const shortText = word.refine(isStorable);
/** An id without which nothing else is of use. */
export const neededId = shortText.min(1);
/** An id that is compared with ours. */
export const id = shortText.nullish().default(null);
/** An id that is only kept. */
export const keptId = shortText.nullable().catch(null);
export const informative = z.string().nullable().catch(null);
export const time = informative.transform((text) => (text === null ? null : readTime(text)));
