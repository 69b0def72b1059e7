import avro, { type Type } from 'avsc';

/**
 * In plain words, why values of the writer's type can't be read as the reader's, to complete "which …". For a pair of which avsc has
 * refused to make a resolver: its own words name no field, or are about its insides.
 */
export function mismatch(writer: Type, reader: Type): string {
  if (isUnion(writer)) {
    const culprit = writer.types.find((branch) => !isReadable(branch, reader));
    return `is a union, also of ${nameOf(culprit ?? writer)}, where ${nameOf(reader)} alone is needed`;
  }
  if (!isRecord(writer) || !isRecord(reader) || fullName(writer) !== fullName(reader))
    return `is of ${nameOf(writer)}, where ${nameOf(reader)} is needed`;
  for (const { name, type, defaultValue } of described(reader)) {
    const written = writer.fields.find((field) => field.name === name);
    if (written === undefined && defaultValue === undefined) return `lacks the field ${name}`;
    if (written !== undefined && !isReadable(written.type, type))
      return `has the field ${name} as ${nameOf(written.type)}, where ${nameOf(type)} is needed`;
  }
  return `does not fit ${nameOf(reader)}`;
}

function isReadable(writer: Type, reader: Type): boolean {
  try {
    reader.createResolver(writer);
    return true;
  } catch {
    return false;
  }
}

function described({
  fields,
}: avro.types.RecordType): { readonly name: string; readonly type: Type; readonly defaultValue: unknown }[] {
  return fields.map((field) => ({
    name: field.name,
    type: field.type,
    defaultValue: field.defaultValue() as unknown,
  }));
}

function isRecord(type: Type): type is avro.types.RecordType {
  return type instanceof avro.types.RecordType;
}

type Union = avro.types.UnwrappedUnionType | avro.types.WrappedUnionType;

function isUnion(type: Type): type is Union {
  return type instanceof avro.types.UnwrappedUnionType || type instanceof avro.types.WrappedUnionType;
}

/** Such as `long`, `timestamp-micros`, `null or string`, `map of long`, `record shop.Order`. */
function nameOf(type: Type): string {
  if (isUnion(type)) return type.types.map(nameOf).join(' or ');
  if (type instanceof avro.types.MapType) return `map of ${nameOf(type.valuesType as Type)}`;
  if (type instanceof avro.types.ArrayType) return `array of ${nameOf(type.itemsType)}`;
  // avsc marks logical types, and those that it was given ready-made.
  const kind = type.typeName.replace(/^(?:logical|abstract):/, '');
  return `${kind} ${fullName(type)}`.trimEnd();
}

/** Of a record, an enum or a fixed; empty for all others. */
function fullName(type: Type): string {
  return type.name ?? '';
}
