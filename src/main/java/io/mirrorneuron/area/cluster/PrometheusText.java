package io.mirrorneuron.area.cluster;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** A system summary in the Prometheus text format. Pure. */
final class PrometheusText {
  private PrometheusText() {}

  static String of(ObjectNode summary) {
    StringBuilder text = new StringBuilder();
    gauge(text, "mn_jobs", "Jobs by status.", "status", counts(summary, "jobs"));
    gauge(text, "mn_nodes", "Nodes by status.", "status", counts(summary, "nodes"));
    pools(text, summary);
    return text.toString();
  }

  private static Map<String, Integer> counts(ObjectNode summary, String name) {
    ArrayNode items = Census.items(summary, name);
    return items == null ? Map.of() : Census.byStatus(items);
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

  private static void pools(StringBuilder text, ObjectNode summary) {
    ArrayNode nodes = Census.items(summary, "nodes");
    if (nodes == null) {
      return;
    }
    for (String measure : new String[] {"capacity", "in_use", "available", "queued"}) {
      String name = "mn_executor_pool_" + measure;
      head(text, name, "Executor slots: " + measure + ".");
      nodes.forEach(
          node ->
              node.path("executor_pools")
                  .properties()
                  .forEach(
                      pool ->
                          text.append(name)
                              .append("{node=\"")
                              .append(escaped(node.path("name").asText()))
                              .append("\",pool=\"")
                              .append(escaped(pool.getKey()))
                              .append("\"} ")
                              .append(pool.getValue().path(measure).asInt())
                              .append('\n')));
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
