package io.mirrorneuron.port.upkeep;

/** A node as who asks for it is told. */
public record NodeReport(
    String node,
    NodeCondition status,
    boolean schedulingEligible,
    DrainState drain,
    Maintenance maintenance,
    NodeState nodeState) {

  public static NodeReport of(NodeState state) {
    return new NodeReport(
        state.node(),
        state.status(),
        state.schedulingEligible(),
        state.drain(),
        state.maintenance(),
        state);
  }
}
