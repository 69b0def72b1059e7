package peer;

/** A running peer. */
interface Peer {
  /** Begins nothing more, lets what is under way end, commits, and closes everything. */
  void stop();
}
