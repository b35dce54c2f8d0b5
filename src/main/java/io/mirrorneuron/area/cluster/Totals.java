package io.mirrorneuron.area.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.CapacityReport;
import io.mirrorneuron.wire.Json;
import java.util.List;

/** Makes resource reports complete: every number that clients add up is there. Pure. */
final class Totals {
  private static final List<String> COUNTS = List.of("cpu_cores", "gpu_count");
  private static final List<String> SIZES =
      List.of(
          "gpu_memory_total_mb",
          "gpu_memory_free_mb",
          "gpu_memory_total_gb",
          "gpu_memory_free_gb",
          "memory_gb",
          "memory_total_gb",
          "memory_available_gb",
          "disk_gb",
          "disk_available_gb");
  private static final double MB_PER_GB = 1024;

  private Totals() {}

  /**
   * The report with its nodes and totals completed, and {@code combined} where it can be had.
   *
   * @param doors of the server, which it is given as {@code native_ports}
   */
  static ObjectNode enrich(CapacityReport whole, List<NativePort> doors) {
    ObjectNode report = enrich(whole);
    return report.set("native_ports", Json.MAPPER.valueToTree(doors));
  }

  static ObjectNode enrich(CapacityReport whole) {
    ObjectNode report = whole.json().deepCopy();
    for (String name : List.of("totals", "usable", "combined")) {
      if (report.get(name) instanceof ObjectNode totals) {
        complete(totals);
      }
    }
    ArrayNode nodes = report.get("nodes") instanceof ArrayNode array ? array : null;
    if (nodes != null) {
      nodes.forEach(
          node -> {
            if (node instanceof ObjectNode object) {
              complete(object);
            }
          });
    }
    if (!(report.get("combined") instanceof ObjectNode)) {
      if (report.get("totals") instanceof ObjectNode totals) {
        report.set("combined", totals.deepCopy());
      } else if (nodes != null) {
        report.set("combined", sum(nodes));
      }
    }
    return report;
  }

  private static void complete(ObjectNode totals) {
    mirror(totals, "memory_gb", "memory_total_gb", 1);
    mirror(totals, "gpu_memory_total_gb", "gpu_memory_total_mb", MB_PER_GB);
    mirror(totals, "gpu_memory_free_gb", "gpu_memory_free_mb", MB_PER_GB);
    COUNTS.forEach(name -> totals.put(name, (int) number(totals.get(name))));
    SIZES.forEach(name -> totals.put(name, rounded(number(totals.get(name)))));
  }

  /** Fills whichever of two members is missing; {@code b} is {@code a} times the factor. */
  private static void mirror(ObjectNode totals, String a, String b, double factor) {
    if (!totals.hasNonNull(a) && totals.hasNonNull(b)) {
      totals.put(a, number(totals.get(b)) / factor);
    } else if (!totals.hasNonNull(b) && totals.hasNonNull(a)) {
      totals.put(b, number(totals.get(a)) * factor);
    }
  }

  private static ObjectNode sum(ArrayNode nodes) {
    ObjectNode sum = Json.object();
    COUNTS.forEach(name -> sum.put(name, (int) sum(nodes, name)));
    SIZES.forEach(name -> sum.put(name, rounded(sum(nodes, name))));
    return sum;
  }

  private static double sum(ArrayNode nodes, String name) {
    double sum = 0;
    for (JsonNode node : nodes) {
      sum += number(node.get(name));
    }
    return sum;
  }

  /** Numbers may come as text; anything else counts nothing. */
  private static double number(JsonNode value) {
    if (value == null) {
      return 0;
    }
    double number = value.isBoolean() ? 0 : value.asDouble(0);
    return Double.isFinite(number) ? number : 0;
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
