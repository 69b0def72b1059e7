import assert from 'node:assert/strict';

/** Far beyond the timeout of any call that a test lets run into it. */
const LONGEST_MS = 30_000;

/** What a call that must end by its own timeout came to. A call that doesn't fails here, where waiting for it would last for ever. */
export async function endsByItself<T>(call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new assert.AssertionError({ message: `the call is still under way after ${LONGEST_MS} ms` }));
    }, LONGEST_MS);
  });
  try {
    return await Promise.race([call, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
