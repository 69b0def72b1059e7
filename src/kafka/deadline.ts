/**
 * What `work` brings, or a rejection with `onTimeout()` after `ms`. The work itself goes on: the caller must see to it that its late
 * result does no harm.
 */
export async function within<Result>(
  ms: number,
  work: Promise<Result>,
  onTimeout: () => Error,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(onTimeout());
    }, ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
