package peer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A thread that waits a moment after the first of a batch, and then writes all that has come: many orders share one statement, one
 * transaction and one write to the disk. Two such moments are little beside a call.
 */
final class GroupWriter<T> {
  /** Writes a batch, and then tells each of its orders. */
  interface Write<T> {
    void all(List<T> batch) throws Exception;
  }

  interface Failed<T> {
    void one(T item, Throwable error);
  }

  private static final int MOST = 500;
  private static final long GATHER_MS = 5;

  private final BlockingQueue<T> waiting = new LinkedBlockingQueue<>();
  private final Thread thread;

  GroupWriter(String name, Write<T> write, Failed<T> failed) {
    thread = new Thread(() -> run(write, failed), name);
    thread.start();
  }

  void add(T item) {
    waiting.add(item);
  }

  /** To be called when nothing waits any more. */
  void stop() {
    thread.interrupt();
  }

  private void run(Write<T> write, Failed<T> failed) {
    while (!Thread.currentThread().isInterrupted()) {
      var batch = new ArrayList<T>();
      try {
        batch.add(waiting.take());
        Thread.sleep(GATHER_MS);
        waiting.drainTo(batch, MOST - 1);
        write.all(batch);
      } catch (InterruptedException stopped) {
        return;
      } catch (Exception error) {
        for (var item : batch) failed.one(item, error);
      }
    }
  }
}
