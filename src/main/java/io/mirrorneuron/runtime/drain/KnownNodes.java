package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.upkeep.NodeState;
import io.mirrorneuron.store.NodeRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which nodes there are: those that live, and those that died within an hour.
 *
 * @param living owners
 * @param dead names of nodes
 */
record KnownNodes(Set<String> living, Set<String> dead) {

  static CompletionStage<KnownNodes> of(NodeRegistry nodes) {
    return nodes
        .living()
        .thenCombine(
            nodes.described(),
            (living, described) ->
                new KnownNodes(
                    living,
                    described.stream()
                        .filter(told -> !told.lives())
                        .map(told -> NodeRegistry.nameOf(told.owner()))
                        .collect(Collectors.toSet())));
  }

  /** The node as the owner of jobs; empty when it does not live. */
  Optional<String> owner(String node) {
    return living.stream().filter(owner -> NodeRegistry.nameOf(owner).equals(node)).findFirst();
  }

  /**
   * Owners that live and take work, by name.
   *
   * @param states of nodes of which something is decided
   * @param besides the name of a node that is not meant
   */
  List<String> takers(Map<String, NodeState> states, String besides) {
    return living.stream()
        .filter(owner -> !NodeRegistry.nameOf(owner).equals(besides))
        .filter(
            owner -> {
              NodeState state = states.get(NodeRegistry.nameOf(owner));
              return state == null || state.schedulingEligible();
            })
        .sorted()
        .toList();
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
