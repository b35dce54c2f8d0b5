package io.mirrorneuron.bus;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How long a caller wants to wait for an end: the parameter {@code wait}, such as {@code 30s}, else
 * {@code wait=30} in the header {@code Prefer} (RFC 7240), if the operation declares it. Unknown
 * preferences are ignored, as the RFC requires.
 */
public final class AskedWait {
  /** Less than the silence after which a connection is closed. */
  public static final Duration LONGEST = Duration.ofSeconds(180);

  private static final String ASYNC = "respond-async";
  private static final String WAIT = "wait";
  private static final String PREFER = "Prefer";

  private AskedWait() {}

  /** Empty when the caller states no wait; at most {@link #LONGEST}. */
  public static Optional<Duration> of(ApiCall call) {
    if (saysNothing(call)) {
      return Optional.empty();
    }
    if (call.has(WAIT)) {
      return Optional.of(shortest(seconds(call.text(WAIT).replace("s", ""))));
    }
    return preferred(call)
        .map(AskedWait::shortest)
        .or(
            () ->
                preferences(call).contains(ASYNC) ? Optional.of(Duration.ZERO) : Optional.empty());
  }

  private static boolean saysNothing(ApiCall call) {
    return !call.has(WAIT) && !call.has(PREFER);
  }

  private static Duration seconds(String digits) {
    return Duration.ofSeconds(Long.parseLong(digits));
  }

  private static Duration shortest(Duration wait) {
    return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }

  /** What the header says; of several times the first. */
  private static Optional<Duration> preferred(ApiCall call) {
    return preferences(call).stream()
        .filter(one -> one.matches("wait=[0-9]{1,6}"))
        .findFirst()
        .map(one -> seconds(one.substring("wait=".length())));
  }

  /** Without their parameters, and without what need not be there. */
  private static List<String> preferences(ApiCall call) {
    return call.has(PREFER)
        ? List.of(call.text(PREFER).toLowerCase(Locale.ROOT).split(",")).stream()
            .map(one -> one.replaceFirst(";.*", "").replaceAll("[\\s\"]", ""))
            .toList()
        : List.of();
  }

  /**
   * What of the header is done, as {@code Preference-Applied} says it.
   *
   * @param isAccepted whether the answer tells what goes on, and not how it ended
   * @return empty when it is nothing
   */
  static String applied(ApiCall call, boolean isAccepted) {
    if (!call.has(PREFER)) {
      return "";
    }
    List<String> applied = new ArrayList<>();
    if (isAccepted && preferences(call).contains(ASYNC)) {
      applied.add(ASYNC);
    }
    if (!call.has(WAIT)) { // else that counts
      preferred(call).ifPresent(wait -> applied.add("wait=" + shortest(wait).toSeconds()));
    }
    return String.join(", ", applied);
  }
}
