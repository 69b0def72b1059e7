import avro from 'avsc';
import { inRecord } from './effort.js';
import type { Tap } from './tap.js';

/**
 * Records that are counted. Without a collection, too, a schema of some lines makes reading last for ever: records of two fields that are
 * the next record, sixty times, or a record that lies in itself.
 *
 * avsc compiles a reader and a skipper for each record type while it is built, and freezes it: what is compiled is wrapped here.
 */
export class BoundedRecord extends avro.types.RecordType {
  _createReader(): (tap: Tap) => unknown {
    return counted(this, compile('_createReader', this));
  }

  _createSkipper(): (tap: Tap) => unknown {
    return counted(this, compile('_createSkipper', this));
  }
}

type Compiled = (tap: Tap) => unknown;

function compile(what: '_createReader' | '_createSkipper', type: BoundedRecord): Compiled {
  // A method that avsc's declarations don't have.
  return (Reflect.get(avro.types.RecordType.prototype, what) as () => Compiled).call(type);
}

function counted({ fields }: BoundedRecord, read: Compiled): Compiled {
  return (tap) => inRecord(tap, fields.length, () => read(tap));
}
