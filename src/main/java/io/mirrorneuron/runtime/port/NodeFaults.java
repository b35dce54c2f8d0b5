package io.mirrorneuron.runtime.port;

/** Port: what goes wrong on nodes for reasons of the node. Thread-safe; calls return at once. */
public interface NodeFaults {
  /** Notes nothing. */
  NodeFaults NONE =
      new NodeFaults() {
        @Override
        public void notBegun(String jobId, String reason) {}

        @Override
        public void unreached(String node, String reason) {}
      };

  /** A program of that job could not begin here, and would on another node. */
  void notBegun(String jobId, String reason);

  /**
   * That node sends heartbeats, but this one does not reach it.
   *
   * @param node its name
   */
  void unreached(String node, String reason);
}
