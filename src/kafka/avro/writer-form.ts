/**
 * How many types, fields and branches of unions a writer's schema may have, and how deep they may lie in each other. avsc compiles code for
 * each record, which takes a millisecond or two: a record counts as ten. So building a schema, once an id, takes less than a second.
 */
const MAX_PARTS = 5_000;
const PARTS_OF_RECORD = 10;
const MAX_DEPTH = 64;

/**
 * The part of a writer's schema that reading needs; for schemas that others have written. Left out are docs, aliases and defaults, since
 * those that count are the reader's: avsc would expand the defaults of thirty nested records into gigabytes. Throws for a schema that is
 * too large, and for what avsc would misunderstand.
 */
export function writerForm(schema: unknown): unknown {
  let parts = 0;

  function count(more: number): void {
    parts += more;
    if (parts > MAX_PARTS) throw new RangeError(`a schema of more than ${String(MAX_PARTS)} parts`);
  }

  function formOf(part: unknown, depth: number): unknown {
    count(1);
    if (depth > MAX_DEPTH) throw new RangeError(`a schema of more than ${String(MAX_DEPTH)} levels`);
    const inner = (within: unknown): unknown => formOf(within, depth + 1);
    if (typeof part === 'string') return known(part);
    if (Array.isArray(part)) return part.map(inner);
    const { type, name, namespace, logicalType, ...rest } = fieldsOf(part);
    // avsc takes ["array"] for "array", and builds it past our own types.
    if (typeof type !== 'string') throw new TypeError("a definition whose type isn't a name");
    switch (known(type)) {
      case 'record':
      case 'error':
        count(PARTS_OF_RECORD - 1);
        return { type, name, namespace, fields: recordFields(rest['fields'], inner) };
      case 'enum':
        return { type, name, namespace, symbols: rest['symbols'] };
      case 'fixed':
        return { type, name, namespace, size: rest['size'] };
      case 'array':
        return { type, items: inner(rest['items']) };
      case 'map':
        return { type, values: inner(rest['values']) };
      default:
        return { type, logicalType };
    }
  }

  return formOf(schema, 0);
}

function recordFields(fields: unknown, formOf: (type: unknown) => unknown): unknown[] {
  if (!Array.isArray(fields)) throw new TypeError('a record without a list of fields');
  return fields.map((field) => {
    const { name, type } = fieldsOf(field);
    return { name: typeof name === 'string' ? known(name) : name, type: formOf(type) };
  });
}

function fieldsOf(part: unknown): Readonly<Record<string, unknown>> {
  if (typeof part !== 'object' || part === null) throw new TypeError('a part that is no definition');
  return { ...part };
}

/**
 * A name that avsc must know only if the schema has it. It looks names up in plain objects, which inherit some: it would take
 * `constructor` for a type, and pass over a field called `valueOf` without its bytes, so that all behind it is read from the wrong place.
 */
function known(name: string): string {
  if (name in Object.prototype) throw new TypeError(`${name} can't be the name of a type or field`);
  return name;
}
