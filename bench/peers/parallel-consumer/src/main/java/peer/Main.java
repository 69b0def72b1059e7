package peer;

/** Captures payments until it is told to stop, and then finishes what it has begun. The mode is `documented` or `tuned`. */
public final class Main {
  private Main() {}

  public static void main(String[] args) throws Exception {
    var settings = Settings.from(System.getenv());
    var mode = args.length == 1 ? args[0] : "";
    Peer peer =
        switch (mode) {
          case "documented" -> Documented.start(settings);
          case "tuned" -> Tuned.start(settings);
          default -> throw new IllegalArgumentException("the mode is documented or tuned, not " + mode);
        };
    Runtime.getRuntime().addShutdownHook(new Thread(peer::stop, "stop"));
  }
}
