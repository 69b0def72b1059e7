package peer;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Kafka's own clients. What isn't said here has Kafka's default: acknowledged by all in-sync replicas, idempotent. */
final class Clients {
  private Clients() {}

  /** Parallel Consumer commits itself, and demands that the consumer doesn't. */
  static KafkaConsumer<String, byte[]> consumer(Settings settings, Map<String, Object> more) {
    var config = new HashMap<String, Object>(more);
    config.put("bootstrap.servers", settings.brokers());
    config.put("group.id", settings.group());
    config.put("auto.offset.reset", "earliest");
    config.put("enable.auto.commit", false);
    return new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
  }

  static KafkaProducer<String, byte[]> producer(Settings settings, Map<String, Object> more) {
    var config = new HashMap<String, Object>(more);
    config.put("bootstrap.servers", settings.brokers());
    return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
  }
}
