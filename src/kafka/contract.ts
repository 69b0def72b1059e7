import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Type } from 'avsc';
import { packageRoot } from '../package-root.js';
import { avroType } from './avro/type.js';

/** The topics whose values have a schema in `schemas/`. */
export const CONTRACTS = [
  'order.fulfilled',
  'capture.succeeded',
  'capture.failed',
  'capture.pending',
  'capture.notification',
] as const;
export type ContractName = (typeof CONTRACTS)[number];

/** The schema that this version writes and reads a topic with. */
export interface Contract {
  readonly name: ContractName;
  /** The schema as it is registered. Registries tell schemas apart by their text: a change of a `doc` alone makes a new version. */
  readonly schema: string;
  readonly type: Type;
}

/** Reads a topic's schema from the package's `schemas` folder and builds its type. */
export function loadContract(name: ContractName): Contract {
  const file = join(packageRoot(), 'schemas', `${name}.avsc`);
  const schema: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return { name, schema: JSON.stringify(schema), type: avroType(schema) };
}
