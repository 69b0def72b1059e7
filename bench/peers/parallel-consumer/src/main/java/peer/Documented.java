package peer;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.Security;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Parallel Consumer as its README shows it for work that ends in a message: a thread for each order under way, which waits for
 * PostgreSQL, the provider and PostgreSQL again, and returns the event, which `pollAndProduce` publishes. Ordered by key, with as many
 * threads as calls may be under way. Offsets are committed as by default, every five seconds and behind finished work.
 *
 * All else is as its own documentation gives it: JDBC over HikariCP with its ten connections, the HTTP client of the JDK, RSA of the
 * JDK, Kafka's defaults.
 */
final class Documented implements Peer {
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(25);

  private final Settings settings;
  private final Messages messages;
  private final Wallet wallet;
  private final Captures captures;
  private final HikariDataSource database;
  private final HttpClient http;
  private final ParallelStreamProcessor<String, byte[]> processor;

  static Documented start(Settings settings) throws Exception {
    var peer = new Documented(settings);
    peer.processor.subscribe(List.of(settings.ordersTopic()));
    peer.processor.pollAndProduce(context -> peer.capture(context.value()));
    return peer;
  }

  private Documented(Settings settings) throws Exception {
    this.settings = settings;
    messages = new Messages(new Registry(settings.registryUrl()), settings.eventsSubject(), settings.merchantId());
    wallet = new Wallet(settings, Security.getProvider("SunRsaSign"));
    database = new HikariDataSource(hikari(settings.database()));
    captures = new Captures(database);
    http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CALL_TIMEOUT).build();
    processor =
        ParallelStreamProcessor.createEosStreamProcessor(
            ParallelConsumerOptions.<String, byte[]>builder()
                .ordering(ProcessingOrder.KEY)
                .maxConcurrency(settings.inFlight())
                .consumer(Clients.consumer(settings, Map.of()))
                .producer(Clients.producer(settings, Map.of()))
                // As long as a call may take: what is under way when we are told to stop is finished.
                .shutdownTimeout(CALL_TIMEOUT)
                .build());
  }

  /** One order, from its message to its event. If it throws, Parallel Consumer runs it again a second later. */
  private ProducerRecord<String, byte[]> capture(byte[] message) {
    var order = messages.readOrder(message);
    try {
      var earlier = captures.claim(order);
      var outcome = earlier != null ? earlier : captureAtWallet(order);
      return new ProducerRecord<>(
          settings.eventsTopic(), order.paymentId(), messages.succeeded(order, outcome));
    } catch (SQLException | IOException error) {
      throw new IllegalStateException(error);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(error);
    }
  }

  private Outcome captureAtWallet(Order order) throws SQLException, IOException, InterruptedException {
    var signed = wallet.capture(order, Instant.now());
    var request =
        HttpRequest.newBuilder(URI.create(settings.providerUrl() + Wallet.PATH))
            .timeout(CALL_TIMEOUT)
            .header("Content-Type", Wallet.CONTENT_TYPE)
            .header("Client-Id", settings.clientId())
            .header("Request-Time", signed.time())
            .header("Signature", signed.signature())
            .POST(BodyPublishers.ofByteArray(signed.body()))
            .build();
    var outcome = wallet.outcome(order, answer(http.send(request, BodyHandlers.ofByteArray())), Instant.now());
    captures.settle(order, outcome);
    return outcome;
  }

  private static Wallet.Answer answer(HttpResponse<byte[]> response) {
    var headers = response.headers();
    return new Wallet.Answer(
        response.statusCode(),
        headers.firstValue("Client-Id").orElse(""),
        headers.firstValue("Response-Time").orElse(""),
        headers.firstValue("Signature").orElse(""),
        response.body());
  }

  private static HikariConfig hikari(Settings.Database database) {
    var config = new HikariConfig();
    config.setJdbcUrl(database.url());
    config.setUsername(database.user());
    config.setPassword(database.password());
    return config;
  }

  @Override
  public void stop() {
    // Not drained first: what is under way ends, what only waits in memory is read again after the next start.
    processor.closeDontDrainFirst();
    database.close();
  }
}
