import { isStorable } from '../../src/capture/order.js';
import { CaptureWorkerError } from '../../src/errors.js';

/** A deep copy of plain data, so that what one side does to its own doesn't show on the other. Functions are shared. */
export function copyOf<Value>(value: Value): Value {
  return copied(value, () => undefined);
}

/** The same of what is given to the database, which refuses what PostgreSQL can't hold. */
export function admitted<Value>(value: Value): Value {
  return copied(value, refuseUnstorable);
}

function refuseUnstorable(leaf: string | Date): void {
  if (typeof leaf === 'string' ? isStorable(leaf) : !Number.isNaN(leaf.getTime())) return;
  throw new CaptureWorkerError('STORE_REFUSED_DATA', 'a text or a time is none that the database can hold');
}

type Look = (leaf: string | Date) => void;

function copied<Value>(value: Value, look: Look): Value {
  // What each branch makes is of the kind that it was given, which the compiler can't tell of a type parameter.
  return copiedAny(value, look) as Value;
}

function copiedAny(value: unknown, look: Look): unknown {
  if (typeof value === 'string') look(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) {
    look(value);
    return new Date(value);
  }
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (Array.isArray(value)) return value.map((item: unknown) => copiedAny(item, look));
  if (value instanceof Map) return new Map(copiedAny([...value], look) as [unknown, unknown][]);
  const copy: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) copy[name] = copiedAny(part, look);
  return copy;
}
