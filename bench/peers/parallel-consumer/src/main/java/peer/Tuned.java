package peer;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.CommitMode;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.vertx.VertxParallelEoSStreamProcessor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Parallel Consumer as fast as we could make it: its Vert.x engine, which holds no thread while an order waits; claims and outcomes
 * written many at a time; RSA in native code; events published in batches. bench/peers/README.md has the figures behind each choice.
 */
final class Tuned implements Peer {
  private static final Duration LONGEST_CALL = Duration.ofSeconds(25);

  private final Settings settings;
  private final Messages messages;
  private final Wallet wallet;
  private final WalletClient client;
  private final HikariDataSource database;
  private final BatchedCaptures captures;
  private final GroupWriter<Job> claims;
  private final GroupWriter<Job> outcomes;
  private final ExecutorService signing;
  private final KafkaProducer<String, byte[]> producer;
  private final VertxParallelEoSStreamProcessor<String, byte[]> processor;

  /** An order under way, with its outcome once it has one. */
  private static final class Job {
    final Order order;
    final Promise<Void> done = Promise.promise();
    Outcome outcome;

    Job(Order order) {
      this.order = order;
    }
  }

  static Tuned start(Settings settings) throws Exception {
    var peer = new Tuned(settings);
    peer.processor.subscribe(List.of(settings.ordersTopic()));
    peer.processor.vertxFuture(context -> peer.capture(context.value()));
    return peer;
  }

  private Tuned(Settings settings) throws Exception {
    this.settings = settings;
    messages = new Messages(new Registry(settings.registryUrl()), settings.eventsSubject(), settings.merchantId());
    wallet = new Wallet(settings, AmazonCorrettoCryptoProvider.INSTANCE);
    database = new HikariDataSource(hikari(settings.database()));
    captures = new BatchedCaptures(database);
    claims = new GroupWriter<>("claims", this::claim, Tuned::fail);
    outcomes = new GroupWriter<>("outcomes", this::settle, Tuned::fail);
    // A processor stays for everything else.
    signing = Executors.newFixedThreadPool(Math.max(1, Runtime.getRuntime().availableProcessors() - 1));
    producer = Clients.producer(settings, Map.of("linger.ms", 5, "batch.size", 262_144));
    // The native transport is Linux's epoll; elsewhere Vert.x takes Java's own.
    var vertx =
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1).setPreferNativeTransport(true));
    client = new WalletClient(vertx, settings);
    processor =
        new VertxParallelEoSStreamProcessor<>(
            vertx,
            null,
            ParallelConsumerOptions.<String, byte[]>builder()
                .ordering(ProcessingOrder.KEY)
                .commitMode(CommitMode.PERIODIC_CONSUMER_ASYNCHRONOUS)
                .maxConcurrency(settings.inFlight())
                .consumer(Clients.consumer(settings, Map.of()))
                .build());
  }

  /** Runs on the engine's one thread, and only sets the order on its way: claimed, signed, sent, settled, published. */
  private Future<Void> capture(byte[] message) {
    var job = new Job(messages.readOrder(message));
    claims.add(job);
    return job.done.future();
  }

  private void claim(List<Job> jobs) throws Exception {
    var earlier = captures.claim(jobs.stream().map(job -> job.order).toList());
    for (var job : jobs) {
      job.outcome = earlier.get(job.order.paymentId());
      if (job.outcome == null) signing.execute(() -> send(job));
      else publish(job);
    }
  }

  private void send(Job job) {
    try {
      client
          .send(wallet.capture(job.order, Instant.now()))
          .map(answer -> wallet.outcome(job.order, answer, Instant.now()))
          .onSuccess(
              outcome -> {
                job.outcome = outcome;
                outcomes.add(job);
              })
          .onFailure(error -> fail(job, error));
    } catch (RuntimeException error) {
      fail(job, error);
    }
  }

  private void settle(List<Job> jobs) throws Exception {
    captures.settle(jobs.stream().map(job -> new BatchedCaptures.Settled(job.order, job.outcome)).toList());
    for (var job : jobs) publish(job);
  }

  /** The order is done when the brokers have its event. */
  private void publish(Job job) {
    var event = messages.succeeded(job.order, job.outcome);
    producer.send(
        new ProducerRecord<>(settings.eventsTopic(), job.order.paymentId(), event),
        (metadata, error) -> {
          if (error == null) job.done.complete();
          else job.done.fail(error);
        });
  }

  /** Parallel Consumer runs the order again a second later. */
  private static void fail(Job job, Throwable error) {
    job.done.tryFail(error);
  }

  private static HikariConfig hikari(Settings.Database database) {
    var config = new HikariConfig();
    config.setJdbcUrl(database.url());
    config.setUsername(database.user());
    config.setPassword(database.password());
    // One for each thread that writes.
    config.setMaximumPoolSize(2);
    return config;
  }

  /** Closing waits for threads, of which this engine has none: so what is under way is waited for here. */
  @Override
  public void stop() {
    processor.pauseIfRunning();
    awaitNoneUnderWay();
    processor.closeDontDrainFirst(LONGEST_CALL);
    signing.shutdown();
    claims.stop();
    outcomes.stop();
    producer.close();
    database.close();
  }

  private void awaitNoneUnderWay() {
    var deadline = System.nanoTime() + LONGEST_CALL.toNanos();
    try {
      while (processor.getWm().getNumberRecordsOutForProcessing() > 0 && System.nanoTime() < deadline)
        TimeUnit.MILLISECONDS.sleep(10);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
    }
  }
}
