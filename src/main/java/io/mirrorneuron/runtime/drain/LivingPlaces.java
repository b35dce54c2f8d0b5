package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.store.NodeRegistry;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/** Nodes that live and take work, as the store knows them. */
record LivingPlaces(NodeRegistry nodes, NodeBook book) implements DrainWork.Places {
  private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d+){3}|\\[?::1]?");

  @Override
  public CompletionStage<List<String>> besides(String node) {
    return KnownNodes.of(nodes)
        .thenCombine(book.all(), (known, states) -> known.takers(states, node));
  }

  @Override
  public CompletionStage<Boolean> areOneHost(String owner, String other) {
    return nodes
        .address(owner)
        .thenCombine(nodes.address(other), (one, two) -> isOne(host(one), host(two)));
  }

  /** One that nobody was told of may be any. */
  private static boolean isOne(Optional<String> one, Optional<String> two) {
    return one.isEmpty() || two.isEmpty() || one.equals(two) || isLoopback(one) && isLoopback(two);
  }

  private static boolean isLoopback(Optional<String> host) {
    return host.filter(name -> LOOPBACK.matcher(name).matches()).isPresent();
  }

  private static Optional<String> host(Optional<String> address) {
    return address.map(text -> text.substring(0, Math.max(0, text.lastIndexOf(':'))));
  }
}
