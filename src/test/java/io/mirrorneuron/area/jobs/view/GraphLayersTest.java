package io.mirrorneuron.area.jobs.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.NullNode;
import io.mirrorneuron.area.jobs.view.Plan.GraphLayers;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphLayersTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      emptyValue = "",
      value = {
        "a b c | ''              | [[a, b, c]]",
        "a b c | a>b b>c         | [[a], [b], [c]]",
        "c b a | a>b b>c         | [[a], [b], [c]]",
        "a b c d | a>b a>c b>d c>d | [[a], [b, c], [d]]",
        "a b c | a>b b>c a>c     | [[a], [b], [c]]",
        "a b c | a>b b>a         | [[a], [b], [c]]",
        "a b   | a>b a>b         | [[a], [b]]"
      })
  void aNodeStandsBehindTheLongestWayToIt(String ids, String edges, String layers) {
    List<Plan.Edge> ways =
        Stream.of(edges.split(" "))
            .filter(edge -> !edge.isEmpty())
            .map(edge -> edge.split(">"))
            .map(edge -> new Plan.Edge(edge[0], edge[1], NullNode.getInstance()))
            .toList();

    assertThat(GraphLayers.of(List.of(ids.split(" ")), ways)).hasToString(layers);
  }
}
