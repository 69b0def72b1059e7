package peer;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import javax.sql.DataSource;

/** The record of captures, a statement at a time, each committed by itself. */
final class Captures {
  private static final String CLAIM =
      """
      insert into captures (payment_id, capture_id, request_id, order_id, amount, currency)
      values (?, ?, ?, ?, ?, ?)
      on conflict (payment_id) do nothing
      """;
  private static final String EARLIER =
      """
      select provider_capture_id, captured_at, settled_at
      from captures
      where payment_id = ? and state = 'succeeded'
      """;
  private static final String SETTLE =
      """
      update captures
      set state = 'succeeded', provider_capture_id = ?, captured_at = ?, settled_at = ?
      where payment_id = ?
      """;

  private final DataSource database;

  Captures(DataSource database) {
    this.database = database;
  }

  /** Notes that the payment is about to be captured. Returns the outcome if it was captured before, else null. */
  Outcome claim(Order order) throws SQLException {
    try (var connection = database.getConnection();
        var statement = connection.prepareStatement(CLAIM)) {
      statement.setString(1, order.paymentId());
      statement.setObject(2, order.captureId());
      statement.setString(3, order.requestId());
      statement.setString(4, order.orderId());
      statement.setLong(5, order.amount());
      statement.setString(6, order.currency());
      if (statement.executeUpdate() == 1) return null;
    }
    return earlier(order);
  }

  void settle(Order order, Outcome outcome) throws SQLException {
    try (var connection = database.getConnection();
        var statement = connection.prepareStatement(SETTLE)) {
      statement.setString(1, outcome.providerCaptureId());
      statement.setTimestamp(2, new Timestamp(outcome.capturedAt()));
      statement.setTimestamp(3, new Timestamp(outcome.settledAt()));
      statement.setString(4, order.paymentId());
      statement.executeUpdate();
    }
  }

  private Outcome earlier(Order order) throws SQLException {
    try (var connection = database.getConnection();
        var statement = connection.prepareStatement(EARLIER)) {
      statement.setString(1, order.paymentId());
      try (var rows = statement.executeQuery()) {
        return rows.next() ? outcome(rows) : null;
      }
    }
  }

  static Outcome outcome(ResultSet row) throws SQLException {
    return new Outcome(
        row.getString("provider_capture_id"),
        row.getTimestamp("captured_at").getTime(),
        row.getTimestamp("settled_at").getTime());
  }
}
