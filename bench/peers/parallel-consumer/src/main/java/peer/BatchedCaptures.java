package peer;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import javax.sql.DataSource;

/** The record of captures, many rows a statement. Each statement is a transaction. */
final class BatchedCaptures {
  private static final String CLAIM =
      """
      insert into captures (payment_id, capture_id, request_id, order_id, amount, currency)
      select * from unnest(?::text[], ?::uuid[], ?::text[], ?::text[], ?::bigint[], ?::text[])
      on conflict (payment_id) do nothing
      returning payment_id
      """;
  private static final String EARLIER =
      """
      select payment_id, provider_capture_id, captured_at, settled_at
      from captures
      where payment_id = any(?::text[]) and state = 'succeeded'
      """;
  private static final String SETTLE =
      """
      update captures
      set state = 'succeeded', provider_capture_id = told.provider_capture_id,
        captured_at = told.captured_at, settled_at = told.settled_at
      from unnest(?::text[], ?::text[], ?::timestamptz[], ?::timestamptz[])
        as told (payment_id, provider_capture_id, captured_at, settled_at)
      where captures.payment_id = told.payment_id
      """;

  /** A captured order. */
  record Settled(Order order, Outcome outcome) {}

  private final DataSource database;

  BatchedCaptures(DataSource database) {
    this.database = database;
  }

  /** Notes that the payments are about to be captured. Returns the outcomes of those that were captured before. */
  Map<String, Outcome> claim(List<Order> orders) throws SQLException {
    try (var connection = database.getConnection()) {
      var claimed = insert(connection, orders);
      var known = orders.stream().map(Order::paymentId).filter(id -> !claimed.contains(id)).toArray();
      return known.length == 0 ? Map.of() : earlier(connection, known);
    }
  }

  void settle(List<Settled> all) throws SQLException {
    try (var connection = database.getConnection();
        var statement = connection.prepareStatement(SETTLE)) {
      array(statement, 1, "text", all, one -> one.order().paymentId());
      array(statement, 2, "text", all, one -> one.outcome().providerCaptureId());
      array(statement, 3, "timestamptz", all, one -> new Timestamp(one.outcome().capturedAt()));
      array(statement, 4, "timestamptz", all, one -> new Timestamp(one.outcome().settledAt()));
      statement.executeUpdate();
    }
  }

  private static Set<String> insert(Connection connection, List<Order> orders) throws SQLException {
    try (var statement = connection.prepareStatement(CLAIM)) {
      array(statement, 1, "text", orders, Order::paymentId);
      array(statement, 2, "uuid", orders, Order::captureId);
      array(statement, 3, "text", orders, Order::requestId);
      array(statement, 4, "text", orders, Order::orderId);
      array(statement, 5, "bigint", orders, Order::amount);
      array(statement, 6, "text", orders, Order::currency);
      var claimed = new HashSet<String>();
      try (var rows = statement.executeQuery()) {
        while (rows.next()) claimed.add(rows.getString(1));
      }
      return claimed;
    }
  }

  private static Map<String, Outcome> earlier(Connection connection, Object[] paymentIds) throws SQLException {
    try (var statement = connection.prepareStatement(EARLIER)) {
      statement.setArray(1, connection.createArrayOf("text", paymentIds));
      var outcomes = new HashMap<String, Outcome>();
      try (var rows = statement.executeQuery()) {
        while (rows.next()) outcomes.put(rows.getString("payment_id"), Captures.outcome(rows));
      }
      return outcomes;
    }
  }

  private static <T> void array(
      PreparedStatement statement, int parameter, String type, List<T> all, Function<T, Object> column)
      throws SQLException {
    var values = all.stream().map(column).toArray();
    statement.setArray(parameter, statement.getConnection().createArrayOf(type, values));
  }
}
