package peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.apache.avro.Schema;

/** The schema registry, of which the peer needs two look-ups: each schema is asked for once. */
final class Registry {
  /** A schema and the number that messages name it by. */
  record Registered(int id, Schema schema) {}

  private final String url;
  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();

  Registry(String url) {
    this.url = url;
  }

  Schema byId(int id) {
    return new Schema.Parser().parse(get("/schemas/ids/" + id).get("schema").asText());
  }

  Registered latest(String subject) {
    var version = get("/subjects/" + subject + "/versions/latest");
    return new Registered(
        version.get("id").asInt(), new Schema.Parser().parse(version.get("schema").asText()));
  }

  private JsonNode get(String path) {
    try {
      var answer = http.send(HttpRequest.newBuilder(URI.create(url + path)).build(), BodyHandlers.ofString());
      if (answer.statusCode() != 200) throw new IllegalStateException(path + ": " + answer.body());
      return json.readTree(answer.body());
    } catch (IOException error) {
      throw new IllegalStateException("the schema registry does not answer", error);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(error);
    }
  }
}
