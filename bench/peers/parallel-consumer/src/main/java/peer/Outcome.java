package peer;

/** That the provider captured: its own id and time of the capture, and when we learned of it, in ms. */
record Outcome(String providerCaptureId, long capturedAt, long settledAt) {}
