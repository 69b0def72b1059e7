import assert from 'node:assert/strict';

/** Polls a condition that other code will make true soon. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, 'waited for 10 s in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
