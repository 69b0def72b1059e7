package peer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/** Ids that are hashes of what they name, as the provider of the benchmark expects them. */
final class Ids {
  private static final int REQUEST_ID_LENGTH = 32;

  private Ids() {}

  static UUID captureId(String provider, String merchantId, String paymentId) {
    return uuid("capture", provider, merchantId, paymentId);
  }

  static String requestId(UUID captureId, int generation) {
    var digest = hash("request", captureId.toString(), Integer.toString(generation));
    return HexFormat.of().formatHex(digest).substring(0, REQUEST_ID_LENGTH);
  }

  static UUID eventId(UUID captureId, int sequence) {
    return uuid("event", captureId.toString(), Integer.toString(sequence));
  }

  /** A UUID of version 8. */
  private static UUID uuid(String... parts) {
    var bytes = ByteBuffer.wrap(hash(parts));
    var high = bytes.getLong() & ~0xf000L | 0x8000L;
    var low = bytes.getLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
    return new UUID(high, low);
  }

  /** Each part has its length before it. */
  private static byte[] hash(String... parts) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      for (var part : parts) {
        var bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
        digest.update(bytes);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException error) {
      throw new IllegalStateException(error);
    }
  }
}
