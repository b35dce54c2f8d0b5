package io.mirrorneuron.runtime.workflow;

import java.util.Set;
import java.util.TreeSet;

/** The names by which constraints ask about nodes. */
public final class NodeAttributes {
  /** Before the labels that operators give. */
  public static final String LABEL = "meta.";

  private static final Set<String> TEXTS =
      Set.of(
          "name",
          "node",
          "unique.name",
          "hostname",
          "status",
          "eligible",
          "os",
          "family",
          "arch",
          "cpu_model",
          "drivers",
          "vendors",
          "runtime_drivers",
          "pools",
          "capabilities");

  private static final Set<String> NUMBERS =
      Set.of("cpu", "cpu_cores", "memory_mb", "memory_gb", "disk_mb", "disk_gb", "gpu_count");

  /** All that have a fixed name. */
  public static final Set<String> ALL = all();

  private NodeAttributes() {}

  private static Set<String> all() {
    var all = new TreeSet<>(TEXTS);
    all.addAll(NUMBERS);
    return Set.copyOf(all);
  }

  /** Whether it is words, of which none is more than another. */
  public static boolean isText(String attribute) {
    return TEXTS.contains(attribute);
  }

  /** Whether a node may have it. */
  public static boolean isKnown(String attribute) {
    return ALL.contains(attribute) || attribute.startsWith(LABEL);
  }
}
