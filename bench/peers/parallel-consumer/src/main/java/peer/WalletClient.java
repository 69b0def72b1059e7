package peer;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;

/** Calls to the wallet on one event loop, over as many kept connections as calls may be under way. */
final class WalletClient {
  private static final long TIMEOUT_MS = 25_000;

  private final Context loop;
  private final HttpClient http;
  private final URI origin;
  private final String clientId;

  WalletClient(Vertx vertx, Settings settings) {
    loop = vertx.getOrCreateContext();
    origin = URI.create(settings.providerUrl());
    clientId = settings.clientId();
    // Without them Vert.x opens five connections. A call takes a connection for itself: no pipelining.
    http =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setMaxPoolSize(settings.inFlight())
                .setKeepAliveTimeout(60)
                .setTcpNoDelay(true));
  }

  /** The future completes on the event loop. */
  Future<Wallet.Answer> send(Wallet.SignedRequest signed) {
    Promise<Wallet.Answer> answered = Promise.promise();
    loop.runOnContext(
        ignored -> http.request(options(signed))
            .compose(request -> request.send(Buffer.buffer(signed.body())))
            .compose(response -> response.body().map(body -> answer(response, body)))
            .onComplete(answered));
    return answered.future();
  }

  private RequestOptions options(Wallet.SignedRequest signed) {
    return new RequestOptions()
        .setMethod(HttpMethod.POST)
        .setHost(origin.getHost())
        .setPort(origin.getPort())
        .setURI(Wallet.PATH)
        .setTimeout(TIMEOUT_MS)
        .putHeader("Content-Type", Wallet.CONTENT_TYPE)
        .putHeader("Client-Id", clientId)
        .putHeader("Request-Time", signed.time())
        .putHeader("Signature", signed.signature());
  }

  private static Wallet.Answer answer(HttpClientResponse response, Buffer body) {
    return new Wallet.Answer(
        response.statusCode(),
        given(response, "Client-Id"),
        given(response, "Response-Time"),
        given(response, "Signature"),
        body.getBytes());
  }

  private static String given(HttpClientResponse response, String name) {
    var value = response.getHeader(name);
    return value == null ? "" : value;
  }
}
