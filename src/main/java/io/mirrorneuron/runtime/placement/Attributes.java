package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.workflow.NodeAttributes.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.Scheduling.Constraint;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.Versions;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Attributes of a node, and whether constraints on them hold. Pure. */
final class Attributes {
  private static final BigDecimal STEP = new BigDecimal(1024);

  private static final int LONGEST_NUMBER = 64;

  private final Map<String, List<String>> values;

  private Attributes(Map<String, List<String>> values) {
    this.values = values;
  }

  static Attributes of(Machine machine) {
    Map<String, List<String>> values = new HashMap<>(machine.labels());
    Amounts totals = machine.totals();
    for (String word : List.of("name", "node", "unique.name")) {
      values.put(word, List.of(machine.name()));
    }
    values.put("status", List.of(machine.status()));
    values.put("eligible", List.of(Boolean.toString(machine.isEligible())));
    values.put("cpu_cores", List.of(Amounts.cores(totals.cpuMillis())));
    values.put("cpu", List.of(Long.toString(totals.cpuMillis())));
    values.put("memory_mb", List.of(Long.toString(totals.memoryMb())));
    values.put("memory_gb", List.of(gigabytes(totals.memoryMb())));
    values.put("disk_mb", List.of(Long.toString(totals.diskMb())));
    values.put("disk_gb", List.of(gigabytes(totals.diskMb())));
    values.put("gpu_count", List.of(Integer.toString(machine.devices().size())));
    values.put("runtime_drivers", machine.drivers());
    values.put("pools", machine.pools().keySet().stream().sorted().toList());
    List<NodeDevice> devices = machine.devices();
    values.put("drivers", reported(devices.stream().map(one -> one.device().driver())));
    values.put("vendors", reported(devices.stream().map(one -> one.device().vendor())));
    values.put("capabilities", capabilities(machine, values));
    return new Attributes(values);
  }

  private static List<String> capabilities(Machine machine, Map<String, List<String>> values) {
    List<String> all = new ArrayList<>(machine.labels().getOrDefault("capabilities", List.of()));
    for (NodeDevice device : machine.devices()) {
      all.add(device.device().kind());
      all.addAll(device.capabilities());
    }
    for (String word : List.of("os", "arch", "runtime_drivers", "drivers", "vendors", "pools")) {
      all.addAll(values.getOrDefault(word, List.of()));
    }
    return reported(all.stream());
  }

  private static List<String> reported(Stream<String> texts) {
    return texts.filter(text -> text != null).distinct().toList();
  }

  private static String gigabytes(long megabytes) {
    return new BigDecimal(megabytes)
        .divide(STEP, 2, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }

  Set<String> names() {
    return values.keySet();
  }

  /** Empty for an unknown attribute. */
  List<String> of(String attribute) {
    return values.getOrDefault(attribute, List.of());
  }

  boolean meet(Constraint constraint) {
    List<String> had = of(constraint.attribute());
    List<String> wanted = constraint.values();
    return switch (constraint.operator()) {
      case EQUAL -> had.stream().anyMatch(one -> wanted.stream().anyMatch(w -> isEqual(one, w)));
      case NOT_EQUAL ->
          had.stream().noneMatch(one -> wanted.stream().anyMatch(w -> isEqual(one, w)));
      case MORE -> isAny(had, wanted, order -> order > 0);
      case AT_LEAST -> isAny(had, wanted, order -> order >= 0);
      case LESS -> isAny(had, wanted, order -> order < 0);
      case AT_MOST -> isAny(had, wanted, order -> order <= 0);
      case CONTAINS ->
          wanted.stream().allMatch(word -> contains(constraint.attribute(), had, word));
      case MATCHES -> had.stream().anyMatch(one -> wanted.stream().anyMatch(w -> matches(one, w)));
      case EXISTS -> !had.isEmpty();
      case ABSENT -> had.isEmpty();
    };
  }

  private static boolean isEqual(String had, String wanted) {
    OptionalInt order = compare(had, wanted);
    return had.equalsIgnoreCase(wanted) || order.isPresent() && order.getAsInt() == 0;
  }

  private static boolean isAny(List<String> had, List<String> wanted, IntPredicate holds) {
    return had.stream()
        .anyMatch(
            one ->
                wanted.stream()
                    .map(word -> compare(one, word))
                    .anyMatch(order -> order.isPresent() && holds.test(order.getAsInt())));
  }

  /** Compares as numbers, else as versions; other texts have no order. */
  private static OptionalInt compare(String had, String wanted) {
    if (wanted.length() > LONGEST_NUMBER) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(new BigDecimal(had).compareTo(new BigDecimal(wanted)));
    } catch (NumberFormatException e) {
      return Versions.compare(had, wanted);
    }
  }

  /** A list must have the word as an element, a text may have it anywhere. */
  private static boolean contains(String attribute, List<String> had, String word) {
    boolean isText = had.size() == 1 && !attribute.endsWith("s");
    return had.stream().anyMatch(one -> one.equalsIgnoreCase(word) || isText && one.contains(word));
  }

  private static boolean matches(String had, String pattern) {
    try {
      return Pattern.compile(pattern).matcher(new PatientText(had, new int[1])).find();
    } catch (IllegalStateException e) { // it would take years
      return false;
    }
  }

  /** A text that limits the number of reads: patterns are untrusted, and may take very long. */
  private record PatientText(String text, int[] looks) implements CharSequence {
    private static final int MOST_LOOKS = 2_000;

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (++looks[0] > MOST_LOOKS) {
        throw new IllegalStateException("the pattern takes too long");
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
