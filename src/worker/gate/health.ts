import type { Answer } from '../../ports/provider.js';

/**
 * What an answer tells of the provider itself, whatever it says of the capture: it does its work, it is in trouble, or neither can be told
 * from this.
 */
export type Health = 'well' | 'ill' | 'untold';

/**
 * A provider that refuses a capture, or our credentials, is well. One that can't be reached, doesn't answer in time, answers with an error
 * page or what nobody can read, is not; nor is one that turns requests away unread or doesn't know itself what it did.
 *
 * An inquiry can be refused, for a payment that the provider doesn't have for instance, and says then that nothing is known. That is about
 * the payment. A call that ended for a reason of our own says nothing of the provider.
 */
export function healthOf({ heard, finding }: Answer, call: 'capture' | 'inquiry'): Health {
  switch (heard) {
    case 'nothing':
    case 'noise':
      return 'ill';
    case 'ours':
      return 'untold';
    case 'word':
      if (finding.is === 'not_processed') return 'ill';
      if (finding.is === 'unknown') return call === 'capture' ? 'ill' : 'untold';
      return 'well';
  }
}
