package io.mirrorneuron.area.blueprints;

import io.mirrorneuron.bus.ApiCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How long a caller waits for a launch, by the parameter {@code wait}, else by the header {@code
 * Prefer} of RFC 7240. Preferences that mean nothing here are left out, as it has it.
 *
 * @param time at most; zero for not at all
 * @param isAsync whether {@code respond-async} is preferred
 * @param preferredSeconds what the header says and is done; null for nothing
 */
record LaunchWait(Duration time, boolean isAsync, Integer preferredSeconds) {
  /** Seconds; less than what the gateway gives. */
  private static final int LONGEST = 180;

  static LaunchWait of(ApiCall call) {
    boolean isAsync = false;
    Integer preferred = null;
    for (String one : preferences(call)) {
      isAsync |= one.equals("respond-async");
      if (preferred == null && one.matches("wait=[0-9]{1,6}")) { // of several the first counts
        preferred = Integer.valueOf(one.substring("wait=".length()));
      }
    }
    if (call.has("wait")) {
      int asked = Integer.parseInt(call.text("wait").replace("s", ""));
      return new LaunchWait(seconds(asked), isAsync, null);
    }
    if (preferred != null) {
      return new LaunchWait(seconds(preferred), isAsync, preferred > LONGEST ? null : preferred);
    }
    return new LaunchWait(seconds(isAsync ? 0 : LONGEST), isAsync, null);
  }

  private static Duration seconds(int asked) {
    return Duration.ofSeconds(Math.min(asked, LONGEST));
  }

  /** Without their parameters, and without what need not be there. */
  private static List<String> preferences(ApiCall call) {
    String header = call.has("Prefer") ? call.text("Prefer").toLowerCase(Locale.ROOT) : "";
    return List.of(header.split(",")).stream()
        .map(one -> one.replaceFirst(";.*", "").replaceAll("[\\s\"]", ""))
        .toList();
  }

  /** What of the header was done, as {@code Preference-Applied} says it. */
  String applied(boolean isAccepted) {
    List<String> applied = new ArrayList<>();
    if (isAsync && isAccepted) {
      applied.add("respond-async");
    }
    if (preferredSeconds != null) {
      applied.add("wait=" + preferredSeconds);
    }
    return String.join(", ", applied);
  }
}
