package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.RestartPolicy;
import io.mirrorneuron.runtime.workflow.RestartPolicy.DelayFunction;
import io.mirrorneuron.runtime.workflow.RestartPolicy.WhenExhausted;
import io.mirrorneuron.runtime.workflow.Restarting;
import java.util.Set;

/** Reads {@code restart} and {@code reschedule}, and knows what is usual for a type of job. */
final class RestartPolicies {
  private static final long DAY_MS = 24 * 3600 * 1000L;
  private static final Members MEMBERS =
      Members.closed("delay_function")
          .with(Shape.COUNT, "attempts")
          .with(Shape.MILLIS, "interval_ms", "delay_ms", "max_delay_ms");
  private static final Members RESTART = MEMBERS.with(null, "mode");
  private static final Members RESCHEDULE = MEMBERS.with(Shape.BOOLEAN, "unlimited");

  private RestartPolicies() {}

  /**
   * @param lasting whether the job is to run until it is cancelled
   * @param moves whether an agent may go to another node when its restarts are used up
   * @param attempts how often it is restarted, or null for as often as usual
   */
  static Restarting usual(boolean lasting, boolean moves, Integer attempts) {
    RestartPolicy restart = usualRestart(lasting, moves);
    RestartPolicy reschedule = usualReschedule(lasting);
    return new Restarting(
        attempts == null ? restart : withAttempts(restart, attempts),
        moves ? reschedule : withAttempts(reschedule, 0));
  }

  /** The given policies over the base; reports what cannot be read. */
  static Restarting read(ManifestValue policies, Restarting base) {
    return new Restarting(
        readRestart(policies.at("restart"), base.restart()),
        readReschedule(policies.at("reschedule"), base.reschedule()));
  }

  private static RestartPolicy usualRestart(boolean lasting, boolean moves) {
    WhenExhausted mode = lasting && !moves ? WhenExhausted.DELAY : WhenExhausted.FAIL;
    long window = lasting ? 600_000 : DAY_MS;
    return new RestartPolicy(3, false, window, 1000, DelayFunction.EXPONENTIAL, 30_000, mode);
  }

  private static RestartPolicy usualReschedule(boolean lasting) {
    return lasting
        ? new RestartPolicy(
            0, true, DAY_MS, 5000, DelayFunction.EXPONENTIAL, 300_000, WhenExhausted.FAIL)
        : new RestartPolicy(
            1, false, DAY_MS, 5000, DelayFunction.CONSTANT, 5000, WhenExhausted.FAIL);
  }

  private static RestartPolicy withAttempts(RestartPolicy base, int attempts) {
    return new RestartPolicy(
        attempts,
        false,
        base.intervalMs(),
        base.delayMs(),
        base.function(),
        base.maxDelayMs(),
        base.whenExhausted());
  }

  /** The base policy, overridden by the given value; reports what cannot be read. */
  private static RestartPolicy readRestart(ManifestValue place, RestartPolicy base) {
    return read(
        place,
        RESTART,
        base,
        base.unlimited(),
        place.at("mode").asWord(WhenExhausted.class).orElse(base.whenExhausted()));
  }

  /** Like {@link #readRestart}, of moves to other nodes. */
  private static RestartPolicy readReschedule(ManifestValue place, RestartPolicy base) {
    // A given number of attempts means a limited number.
    boolean byDefault = base.unlimited() && !place.value().hasNonNull("attempts");
    return read(
        place, RESCHEDULE, base, place.asBoolean("unlimited", byDefault), base.whenExhausted());
  }

  private static RestartPolicy read(
      ManifestValue place,
      Members members,
      RestartPolicy base,
      boolean unlimited,
      WhenExhausted exhausted) {
    if (!place.check(Shape.OBJECT)) {
      return base;
    }
    place.checkMembers(members);
    place.checkWords(Set.of("constant", "exponential", "fibonacci"), "delay_function");
    long delay = place.find("delay_ms").value().asLong(base.delayMs());
    return new RestartPolicy(
        place.asInt("attempts", base.attempts()),
        unlimited,
        place.find("interval_ms").value().asLong(base.intervalMs()),
        delay,
        place.at("delay_function").asWord(DelayFunction.class).orElse(base.function()),
        Math.max(delay, place.find("max_delay_ms").value().asLong(base.maxDelayMs())),
        exhausted);
  }
}
