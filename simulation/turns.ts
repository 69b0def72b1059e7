/**
 * Turns of the event loop. Whatever a program puts off to the next turn by `setImmediate` happens without virtual time passing, so a
 * simulation must wait for it; and a turn that nobody waits for is a tenth of what a step costs. So those that are put off are counted.
 */
const ownImmediate = globalThis.setImmediate;
let putOff = 0;

/** As Node's, and counted. What is put off can't be called off: nothing of the worker's does that. */
function countedImmediate(action: (...args: unknown[]) => void, ...args: unknown[]): NodeJS.Immediate {
  putOff += 1;
  return ownImmediate(() => {
    putOff -= 1;
    action(...args);
  });
}

globalThis.setImmediate = Object.assign(countedImmediate, {
  __promisify__: ownImmediate.__promisify__,
}) as typeof setImmediate;

/** Resolves when nothing is left that could happen without time passing. */
export async function untilQuiet(): Promise<void> {
  do await new Promise<void>((resolve) => ownImmediate(resolve));
  while (putOff > 0);
}
