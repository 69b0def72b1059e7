package peer;

import java.util.UUID;
import org.apache.avro.generic.GenericRecord;

/** What an order asks for, and the ids that its capture has: the same on every delivery. */
record Order(
    String orderId,
    String paymentId,
    String provider,
    String account,
    long amount,
    String currency,
    UUID captureId,
    String requestId) {

  static Order of(GenericRecord record, String merchantId) {
    var paymentId = record.get("paymentId").toString();
    var provider = record.get("provider").toString();
    var captureId = Ids.captureId(provider, merchantId, paymentId);
    var amount = record.get("captureAmount");
    return new Order(
        record.get("orderId").toString(),
        paymentId,
        provider,
        record.get("account").toString(),
        (long) (amount == null ? record.get("authorisedAmount") : amount),
        record.get("currency").toString(),
        captureId,
        Ids.requestId(captureId, 1));
  }
}
