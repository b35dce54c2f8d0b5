package io.mirrorneuron.area.cluster;

import io.mirrorneuron.port.ClusterNode;
import io.mirrorneuron.port.ClusterNode.Pool;
import io.mirrorneuron.port.ClusterSummary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** A system summary in the Prometheus text format. Pure. */
final class PrometheusText {
  private PrometheusText() {}

  static String of(ClusterSummary summary) {
    StringBuilder text = new StringBuilder();
    gauge(text, "mn_jobs", "Jobs by status.", "status", counts(summary.jobStatuses()));
    gauge(text, "mn_nodes", "Nodes by status.", "status", counts(summary.nodeStatuses()));
    pools(text, summary);
    return text.toString();
  }

  private static Map<String, Integer> counts(Optional<List<String>> statuses) {
    return Census.byStatus(statuses.orElse(List.of()));
  }

  private static void gauge(
      StringBuilder text, String name, String help, String label, Map<String, Integer> values) {
    head(text, name, help);
    values.forEach(
        (key, value) ->
            text.append(name)
                .append('{')
                .append(label)
                .append("=\"")
                .append(escaped(key))
                .append("\"} ")
                .append(value)
                .append('\n'));
  }

  private static void pools(StringBuilder text, ClusterSummary summary) {
    if (summary.nodeDocuments().isEmpty()) {
      return;
    }
    pools(text, summary, "capacity", Pool::capacity);
    pools(text, summary, "in_use", Pool::inUse);
    pools(text, summary, "available", Pool::available);
    pools(text, summary, "queued", Pool::queued);
  }

  private static void pools(
      StringBuilder text, ClusterSummary summary, String measure, ToIntFunction<Pool> count) {
    String name = "mn_executor_pool_" + measure;
    head(text, name, "Executor slots: " + measure + ".");
    for (ClusterNode node : summary.nodes()) {
      node.pools()
          .forEach(
              (pool, slots) ->
                  text.append(name)
                      .append("{node=\"")
                      .append(escaped(node.name()))
                      .append("\",pool=\"")
                      .append(escaped(pool))
                      .append("\"} ")
                      .append(count.applyAsInt(slots))
                      .append('\n'));
    }
  }

  private static void head(StringBuilder text, String name, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(" gauge\n");
  }

  private static String escaped(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
