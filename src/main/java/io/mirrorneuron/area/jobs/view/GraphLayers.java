package io.mirrorneuron.area.jobs.view;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sorts the nodes of a graph into layers, by the length of the longest way to each. */
final class GraphLayers {
  private GraphLayers() {}

  /** The layers; on a cycle one for each node, in the given order. */
  static List<List<String>> of(Collection<String> ids, List<Plan.Edge> edges) {
    Map<String, Integer> layer = new LinkedHashMap<>();
    Map<String, Integer> open = new LinkedHashMap<>();
    ids.forEach(id -> layer.put(id, 0));
    ids.forEach(id -> open.put(id, 0));
    Map<String, List<String>> children = new LinkedHashMap<>();
    for (Plan.Edge edge : edges) {
      children.computeIfAbsent(edge.from(), from -> new ArrayList<>()).add(edge.to());
      open.merge(edge.to(), 1, Integer::sum);
    }
    Deque<String> ready = new ArrayDeque<>();
    open.forEach(
        (id, parents) -> {
          if (parents == 0) {
            ready.add(id);
          }
        });
    int sorted = 0;
    while (!ready.isEmpty()) {
      String id = ready.remove();
      sorted++;
      for (String child : children.getOrDefault(id, List.of())) {
        layer.merge(child, layer.get(id) + 1, Math::max);
        if (open.merge(child, -1, Integer::sum) == 0) {
          ready.add(child);
        }
      }
    }
    return sorted < layer.size() ? ids.stream().map(List::of).toList() : byNumber(layer);
  }

  private static List<List<String>> byNumber(Map<String, Integer> layer) {
    List<List<String>> layers = new ArrayList<>();
    layer.forEach(
        (id, number) -> {
          while (layers.size() <= number) {
            layers.add(new ArrayList<>());
          }
          layers.get(number).add(id);
        });
    return layers;
  }
}
