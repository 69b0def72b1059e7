/** How many a test takes: `few` in `npm test`, `many` in `npm run test:full`. */
export function counted(few: number, many: number): number {
  return process.env['TEST_FULL'] === '1' ? many : few;
}

/** A number as people write it: 10,000. */
export function written(count: number): string {
  return count.toLocaleString('en-GB');
}
