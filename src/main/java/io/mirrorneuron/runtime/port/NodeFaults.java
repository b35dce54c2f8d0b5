package io.mirrorneuron.runtime.port;

/** Port: collects faults of nodes. Thread-safe; calls return at once. */
public interface NodeFaults {
  NodeFaults NONE =
      new NodeFaults() {
        @Override
        public void notBegun(String jobId, String reason) {}

        @Override
        public void unreached(String node, String reason) {}
      };

  /** A program of that job could not begin on this node, and could on another. */
  void notBegun(String jobId, String reason);

  /**
   * That node sends heartbeats, but this node cannot reach it.
   *
   * @param node its name
   */
  void unreached(String node, String reason);
}
