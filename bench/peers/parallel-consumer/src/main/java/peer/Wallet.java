package peer;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.regex.Pattern;

/** The wallet's requests and answers, but for sending them. */
final class Wallet {
  static final String PATH = "/v1/payments/capture";
  static final String CONTENT_TYPE = "application/json; charset=UTF-8";

  private static final String ALGORITHM = "SHA256withRSA";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxxx").withZone(ZoneOffset.UTC);
  private static final Pattern SIGNATURE = Pattern.compile("signature=([^\\s,]+)");

  /** A request as it is sent. */
  record SignedRequest(String time, String signature, byte[] body) {}

  /** An answer as it came. */
  record Answer(int status, String clientId, String time, String signature, byte[] body) {}

  private final String clientId;
  /** Of each thread its own: made once, since they can be used again. */
  private final ThreadLocal<Signature> signer;
  private final ThreadLocal<Signature> verifier;
  private final ObjectMapper json = new ObjectMapper();

  /** `crypto` is where RSA is done. */
  Wallet(Settings settings, Provider crypto) throws GeneralSecurityException, IOException {
    this.clientId = settings.clientId();
    var factory = KeyFactory.getInstance("RSA", crypto);
    var privateKey = factory.generatePrivate(new PKCS8EncodedKeySpec(pem(settings.privateKey())));
    var providerKey = factory.generatePublic(new X509EncodedKeySpec(pem(settings.providerKey())));
    this.signer = ThreadLocal.withInitial(() -> signature(crypto, made -> made.initSign(privateKey)));
    this.verifier = ThreadLocal.withInitial(() -> signature(crypto, made -> made.initVerify(providerKey)));
  }

  private interface Init {
    void of(Signature made) throws GeneralSecurityException;
  }

  private static Signature signature(Provider crypto, Init init) {
    try {
      var made = Signature.getInstance(ALGORITHM, crypto);
      init.of(made);
      return made;
    } catch (GeneralSecurityException error) {
      throw new IllegalStateException(error);
    }
  }

  SignedRequest capture(Order order, Instant now) {
    var request = json.createObjectNode();
    request.put("captureRequestId", order.requestId());
    request.put("paymentId", order.paymentId());
    request
        .putObject("captureAmount")
        .put("value", Long.toString(order.amount()))
        .put("currency", order.currency());
    try {
      var body = json.writeValueAsBytes(request);
      var time = TIME.format(now);
      var signature = signer.get();
      signature.update(content(time, body));
      var base64 = Base64.getEncoder().encodeToString(signature.sign());
      return new SignedRequest(time, "algorithm=RSA256, keyVersion=1, signature=" + base64, body);
    } catch (GeneralSecurityException | IOException error) {
      throw new IllegalStateException(error);
    }
  }

  /** What an answer proves; throws unless it is the wallet's and says that all that was asked for was captured. */
  Outcome outcome(Order order, Answer answer, Instant now) {
    if (answer.status() != 200)
      throw new NotCaptured(order, answer.status() + " " + new String(answer.body(), StandardCharsets.UTF_8));
    if (!isSigned(answer)) throw new NotCaptured(order, "the answer is not the wallet's");
    try {
      var said = json.readTree(answer.body());
      var amount = said.path("captureAmount");
      if (!said.path("result").path("resultStatus").asText().equals("S")
          || !said.path("captureRequestId").asText().equals(order.requestId())
          || !said.path("paymentId").asText().equals(order.paymentId())
          || !amount.path("value").asText().equals(Long.toString(order.amount()))
          || !amount.path("currency").asText().equals(order.currency()))
        throw new NotCaptured(order, said.toString());
      var capturedAt = OffsetDateTime.parse(said.path("captureTime").asText()).toInstant();
      return new Outcome(said.path("captureId").asText(), capturedAt.toEpochMilli(), now.toEpochMilli());
    } catch (IOException error) {
      throw new NotCaptured(order, "the answer is not JSON");
    }
  }

  /** The order stays unfinished, and is tried again. */
  static final class NotCaptured extends RuntimeException {
    NotCaptured(Order order, String why) {
      super(order.paymentId() + " was not captured: " + why);
    }
  }

  private boolean isSigned(Answer answer) {
    var found = SIGNATURE.matcher(answer.signature());
    if (!found.find() || !answer.clientId().equals(clientId)) return false;
    try {
      var signature = verifier.get();
      signature.update(content(answer.time(), answer.body()));
      return signature.verify(Base64.getDecoder().decode(found.group(1)));
    } catch (GeneralSecurityException error) {
      return false;
    }
  }

  /** What is signed, in both directions. */
  private byte[] content(String time, byte[] body) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(("POST " + PATH + "\n" + clientId + "." + time + ".").getBytes(StandardCharsets.UTF_8));
    out.writeBytes(body);
    return out.toByteArray();
  }

  private static byte[] pem(Path file) throws IOException {
    return Base64.getMimeDecoder().decode(Files.readString(file).replaceAll("-----[A-Z ]+-----", ""));
  }
}
