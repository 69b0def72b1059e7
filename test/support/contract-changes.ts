/** A record's schema, as far as tests change it. */
export interface RecordSchema {
  readonly name: string;
  readonly fields: readonly FieldSchema[];
}
export interface FieldSchema {
  readonly name: string;
  readonly type: unknown;
  readonly doc?: string;
  readonly default?: unknown;
}

type Change = (schema: RecordSchema) => RecordSchema;

function withField(name: string, change: (field: FieldSchema) => FieldSchema): Change {
  return (schema) => ({
    ...schema,
    fields: schema.fields.map((field) => (field.name === name ? change(field) : field)),
  });
}

/** Changes that fit every topic's schema and that some reader or writer of another version can't live with. */
export const BREAKING_CHANGES: Readonly<Record<string, Change>> = {
  'a new field without a default': (schema) => ({
    ...schema,
    fields: [...schema.fields, { name: 'added', type: 'string' }],
  }),
  'a field removed that has no default': (schema) => ({
    ...schema,
    fields: schema.fields.filter(({ name }) => name !== 'account'),
  }),
  'a field renamed': withField('account', (field) => ({ ...field, name: 'accountName' })),
  'text made a number': withField('account', (field) => ({ ...field, type: 'long' })),
  'text made an enum': withField('provider', (field) => ({
    ...field,
    type: { type: 'enum', name: 'Provider', symbols: ['wallet'] },
  })),
  'a field that can become null': withField('account', (field) => ({ ...field, type: ['null', 'string'] })),
  'the record renamed': (schema) => ({ ...schema, name: 'Renamed' }),
};

/** Changes that every reader and writer of another version can live with. */
export const SAFE_CHANGES: Readonly<Record<string, Change>> = {
  'a new field with a default': (schema) => ({
    ...schema,
    fields: [...schema.fields, { name: 'added', type: ['null', 'string'], default: null }],
  }),
  'other words': withField('account', (field) => ({ ...field, doc: 'Said in other words.' })),
};
