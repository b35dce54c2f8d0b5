package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.NodeRegistry.Described;
import io.mirrorneuron.wire.LenientJson;
import io.mirrorneuron.wire.NodeRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The known nodes: those that live, and those that died within an hour.
 *
 * @param living owners
 * @param dead names of nodes
 * @param full by the name of a living node, its full disk as last reported
 */
record KnownNodes(Set<String> living, Set<String> dead, Map<String, String> full) {

  /** The part of a node's own description that is read here. */
  private record ReasonBody(String reason) {}

  static CompletionStage<KnownNodes> of(NodeRegistry nodes) {
    return nodes
        .living()
        .thenCombine(
            nodes.described(),
            (living, described) ->
                new KnownNodes(
                    living,
                    described.stream()
                        .filter(reported -> !reported.lives())
                        .map(reported -> NodeRegistry.nameOf(reported.owner()))
                        .collect(Collectors.toSet()),
                    full(described)));
  }

  private static Map<String, String> full(List<Described> described) {
    Map<String, String> full = new HashMap<>();
    for (Described one : described) {
      String reason = one.lives() ? reason(NodeRecord.read(one.record())) : null;
      if (reason != null) {
        full.put(NodeRegistry.nameOf(one.owner()), reason);
      }
    }
    return full;
  }

  private static String reason(NodeRecord record) {
    return record.node() == null ? null : LenientJson.read(record.node(), ReasonBody.class).reason;
  }

  /** The node as the owner of jobs; empty when it does not live. */
  Optional<String> owner(String node) {
    return living.stream().filter(owner -> NodeRegistry.nameOf(owner).equals(node)).findFirst();
  }

  /**
   * Living owners that take work and have disk space, by name.
   *
   * @param states of nodes with a record
   * @param besides name of a node to leave out
   */
  List<String> takers(Map<String, NodeState> states, String besides) {
    return living.stream()
        .filter(owner -> !NodeRegistry.nameOf(owner).equals(besides))
        .filter(owner -> !full.containsKey(NodeRegistry.nameOf(owner)))
        .filter(
            owner -> {
              NodeState state = states.get(NodeRegistry.nameOf(owner));
              return state == null || state.schedulingEligible();
            })
        .sorted()
        .toList();
  }

  /**
   * Names of nodes, and whether they live, without those that an operator removed.
   *
   * @param states of nodes with a record
   * @param node name of a node to leave out
   */
  Map<String, Boolean> besides(String node, Map<String, NodeState> states) {
    Map<String, Boolean> names = new HashMap<>();
    names()
        .filter(name -> !name.equals(node))
        .filter(name -> !states.containsKey(name) || !states.get(name).operatorDisconnect())
        .forEach(name -> names.put(name, owner(name).isPresent()));
    return names;
  }

  boolean has(String node) {
    return names().anyMatch(node::equals);
  }

  Stream<String> names() {
    return Stream.concat(living.stream().map(NodeRegistry::nameOf), dead.stream())
        .distinct()
        .sorted();
  }
}
