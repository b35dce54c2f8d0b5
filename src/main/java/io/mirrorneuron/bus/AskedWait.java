package io.mirrorneuron.bus;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long a caller wants to wait for an end: the parameter {@code wait}, such as {@code 30s}, else
 * the header {@code Prefer} (RFC 7240) with {@code wait=30}, which counts where the operation
 * declares it.
 */
public final class AskedWait {
  /** Less than the silence after which a connection is closed. */
  public static final Duration LONGEST = Duration.ofSeconds(180);

  private static final String ASYNC = "respond-async";
  private static final Pattern WAIT = Pattern.compile("\\bwait=([0-9]{1,6})\\b");

  private AskedWait() {}

  /** Nothing when the caller does not say; {@link #LONGEST} at most. */
  public static Optional<Duration> of(ApiCall call) {
    if (call.has("wait")) {
      return Optional.of(seconds(call.text("wait").replace("s", "")));
    }
    if (!call.has("Prefer")) {
      return Optional.empty();
    }
    String prefers = call.text("Prefer").toLowerCase(Locale.ROOT);
    Matcher wait = WAIT.matcher(prefers);
    if (wait.find()) {
      return Optional.of(seconds(wait.group(1)));
    }
    return prefers.contains(ASYNC) ? Optional.of(Duration.ZERO) : Optional.empty();
  }

  private static Duration seconds(String digits) {
    Duration wait = Duration.ofSeconds(Long.parseLong(digits));
    return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }
}
