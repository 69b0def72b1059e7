import avro, { type Type } from 'avsc';

/** Why two versions of a schema are not fully compatible: which one cannot read what the other wrote. Empty if they are. */
export function incompatibilities(current: unknown, released: unknown): readonly string[] {
  const [now, before] = [typeOf(current), typeOf(released)];
  const problems: string[] = [];
  for (const [reader, writer, words] of [
    [now, before, 'the current version cannot read the released one'],
    [before, now, 'the released version cannot read the current one'],
  ] as const) {
    try {
      reader.createResolver(writer);
    } catch (error) {
      problems.push(`${words}: ${String(error)}`);
    }
  }
  return problems;
}

// Plain avsc, without our own types: what other readers will make of it.
function typeOf(schema: unknown): Type {
  return avro.Type.forSchema(schema as Parameters<typeof avro.Type.forSchema>[0]);
}
