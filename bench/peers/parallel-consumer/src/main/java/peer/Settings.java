package peer;

import java.nio.file.Path;
import java.util.Map;

/** What the peer is started with. All of it comes from the environment. */
record Settings(
    String brokers,
    String registryUrl,
    Database database,
    String group,
    String ordersTopic,
    String eventsTopic,
    /** The subject whose newest schema the events are written with. */
    String eventsSubject,
    String providerUrl,
    String clientId,
    String merchantId,
    Path privateKey,
    Path providerKey,
    int inFlight) {

  /** A PostgreSQL database as JDBC names it. */
  record Database(String url, String user, String password) {

    static Database of(String url) {
      var uri = java.net.URI.create(url);
      var login = uri.getUserInfo().split(":", 2);
      return new Database(
          "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath(), login[0], login[1]);
    }
  }

  static Settings from(Map<String, String> env) {
    return new Settings(
        given(env, "KAFKA_BROKERS"),
        given(env, "SCHEMA_REGISTRY_URL"),
        Database.of(given(env, "DATABASE_URL")),
        given(env, "PEER_GROUP"),
        given(env, "PEER_ORDERS_TOPIC"),
        given(env, "PEER_EVENTS_TOPIC"),
        given(env, "PEER_EVENTS_SUBJECT"),
        given(env, "PEER_PROVIDER_URL"),
        given(env, "PEER_CLIENT_ID"),
        given(env, "PEER_MERCHANT"),
        Path.of(given(env, "PEER_PRIVATE_KEY")),
        Path.of(given(env, "PEER_PROVIDER_KEY")),
        Integer.parseInt(given(env, "PEER_IN_FLIGHT")));
  }

  private static String given(Map<String, String> env, String name) {
    var value = env.get(name);
    if (value == null) throw new IllegalArgumentException(name + " is not set");
    return value;
  }
}
