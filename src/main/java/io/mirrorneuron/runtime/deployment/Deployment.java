package io.mirrorneuron.runtime.deployment;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One deployment of a key. Times are milliseconds since the epoch; 0 is none.
 *
 * @param number counts the deployments of the key, from 1
 * @param request idempotency key of the caller; null for none
 * @param failure why it has failed, or will fail once the running effect's outcome is known; else
 *     null
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record Deployment(
    int number,
    String request,
    Status status,
    Phase phase,
    DeploymentPlan plan,
    int batch,
    Watch watch,
    Clocks clocks,
    String failure,
    List<Happened> events,
    long createdAt,
    long updatedAt) {

  Deployment {
    events = events == null ? List.of() : List.copyOf(events);
    watch = watch == null ? Watch.NOTHING : watch;
    clocks = clocks == null ? Clocks.NONE : clocks;
  }

  enum Status {
    RUNNING,
    AWAITING_PROMOTION,
    PAUSED,
    SUCCESSFUL,
    VERSION_RECORDED,
    FAILED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  enum Phase {
    /** The job is being made. */
    LAUNCHING,
    /** The agents of the batch are being redefined. */
    CHANGING,
    /** Health checks run until the change has been healthy for long enough. */
    WATCHING,
    /** The change is healthy; waits for a promotion, or to be resumed. */
    HOLDING,
    /** The new job takes over from the old one, or leaves its trial. */
    SWITCHING,
    /** The old job drains, then ends. */
    RETIRING,
    /** Agents are being redefined to their previous definition. */
    REVERTING,
    /** Waits until they are as they were. */
    RETURNING,
    /** The new job is being ended. */
    STOPPING,
    OVER;

    /** Whether health checks run. Their results count in these phases only. */
    boolean looks() {
      return this == WATCHING || this == HOLDING || this == RETURNING;
    }

    /**
     * Whether another check follows: a held deployment is checked only while it awaits promotion.
     */
    boolean looksAgain(Status status) {
      return looks() && (this != HOLDING || status == Status.AWAITING_PROMOTION);
    }
  }

  /**
   * Health check state.
   *
   * @param look number of the last check
   * @param isDue whether that check is pending
   * @param next time of the next check
   * @param healthySince start of the current unbroken healthy period
   * @param breaks failures known at the last check
   * @param why it is not healthy, or null
   */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  record Watch(long look, boolean isDue, long next, long healthySince, long breaks, String why) {
    static final Watch NOTHING = new Watch(0, false, 0, 0, 0, null);
  }

  /**
   * Start times of the deadlines, which stand still during a pause.
   *
   * @param batchAt start of the batch
   * @param progressAt when the previous batch was found healthy
   * @param pausedAt start of the pause; 0 when not paused
   */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  record Clocks(long batchAt, long progressAt, long pausedAt) {
    static final Clocks NONE = new Clocks(0, 0, 0);

    Clocks resumed(long now) {
      return new Clocks(later(batchAt, now), later(progressAt, now), 0);
    }

    /** A time within the pause counts from the pause's end. */
    private long later(long at, long now) {
      return at + now - Math.max(at, pausedAt);
    }
  }

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record Happened(String type, long at, Map<String, Object> members) {
    Happened {
      members = Collections.unmodifiableMap(members == null ? Map.of() : new TreeMap<>(members));
    }
  }

  /** While it is open, no other deployment of the key may begin. */
  @JsonIgnore
  boolean isOpen() {
    return phase != Phase.OVER;
  }

  /** When the change must be healthy; {@link Long#MAX_VALUE} while the clocks stand still. */
  long deadline() {
    if (phase != Phase.WATCHING || clocks.pausedAt() != 0) {
      return Long.MAX_VALUE;
    }
    return Math.min(
        clocks.batchAt() + plan.policy().healthyDeadlineMs(),
        clocks.progressAt() + plan.policy().progressDeadlineMs());
  }
}
