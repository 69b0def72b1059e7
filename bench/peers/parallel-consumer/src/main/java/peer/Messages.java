package peer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * Messages as Avro in Confluent's wire format: a zero, the schema's id in four bytes, the data. Confluent's own serialisers are not on
 * Maven Central, and what they add to this is look-ups that are done once.
 */
final class Messages {
  private static final int HEADER = 5;
  private static final int TYPICAL_SIZE = 512;

  private final Registry registry;
  private final String merchantId;
  private final Registry.Registered event;
  private final Schema evidence;
  private final GenericDatumWriter<GenericRecord> writer;
  private final Map<Integer, GenericDatumReader<GenericRecord>> readers = new ConcurrentHashMap<>();

  Messages(Registry registry, String eventsSubject, String merchantId) {
    this.registry = registry;
    this.merchantId = merchantId;
    this.event = registry.latest(eventsSubject);
    this.evidence = event.schema().getField("evidence").schema().getTypes().get(1);
    this.writer = new GenericDatumWriter<>(event.schema());
  }

  Order readOrder(byte[] message) {
    var schemaId = ByteBuffer.wrap(message).getInt(1);
    var reader = readers.computeIfAbsent(schemaId, id -> new GenericDatumReader<>(registry.byId(id)));
    var decoder = DecoderFactory.get().binaryDecoder(message, HEADER, message.length - HEADER, null);
    try {
      return Order.of(reader.read(null, decoder), merchantId);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  byte[] succeeded(Order order, Outcome outcome) {
    var proof = new GenericData.Record(evidence);
    proof.put("kind", "capture_response");
    proof.put("rank", 1);
    proof.put("providerCode", "SUCCESS");
    proof.put("message", null);
    var record = new GenericData.Record(event.schema());
    record.put("eventId", Ids.eventId(order.captureId(), 1).toString());
    record.put("captureId", order.captureId().toString());
    record.put("captureRequestId", order.requestId());
    record.put("orderId", order.orderId());
    record.put("paymentId", order.paymentId());
    record.put("provider", order.provider());
    record.put("account", order.account());
    record.put("amount", order.amount());
    record.put("currency", order.currency());
    record.put("sequence", 1);
    record.put("occurredAt", outcome.settledAt());
    record.put("evidence", proof);
    record.put("supersedes", null);
    record.put("providerCaptureId", outcome.providerCaptureId());
    record.put("capturedAt", outcome.capturedAt());
    record.put("settlementAmount", null);
    record.put("settlementCurrency", null);
    return encode(record);
  }

  private byte[] encode(GenericRecord record) {
    var out = new ByteArrayOutputStream(TYPICAL_SIZE);
    out.writeBytes(ByteBuffer.allocate(HEADER).put((byte) 0).putInt(event.id()).array());
    try {
      var encoder = EncoderFactory.get().directBinaryEncoder(out, null);
      writer.write(record, encoder);
      encoder.flush();
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    return out.toByteArray();
  }
}
