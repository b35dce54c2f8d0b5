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
 * @param request of whoever deployed, by which a repeated one is known; null for none
 * @param failure why it has failed, or is to fail as soon as what is under way is known to be done
 *     or not; null while it has not
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

  /** What it is at. */
  enum Phase {
    /** A job is to be made. */
    LAUNCHING,
    /** The agents of the batch are to be redefined. */
    CHANGING,
    /** What was changed is looked at until it has been healthy for long enough. */
    WATCHING,
    /** What was changed is healthy; somebody has to promote, or to resume. */
    HOLDING,
    /** The new job is to take the place of the old one, or is not on trial any more. */
    SWITCHING,
    /** The old job is to end what it has in hand, and then itself. */
    RETIRING,
    /** Agents are to be redefined as they were. */
    REVERTING,
    /** They become what they were. */
    RETURNING,
    /** The new job is to end. */
    STOPPING,
    OVER;

    /** Whether what was changed is looked at. What a look found counts in these phases only. */
    boolean looks() {
      return this == WATCHING || this == HOLDING || this == RETURNING;
    }

    /** Whether another look follows: what holds is looked at only while it awaits promotion. */
    boolean looksAgain(Status status) {
      return looks() && (this != HOLDING || status == Status.AWAITING_PROMOTION);
    }
  }

  /**
   * How it looked.
   *
   * @param look number of the last look
   * @param isDue whether that look is owed
   * @param next when the next one is due
   * @param healthySince when it was first found healthy without a break after that
   * @param breaks how many breaks the last look knew of
   * @param why it is not healthy, or null
   */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  record Watch(long look, boolean isDue, long next, long healthySince, long breaks, String why) {
    static final Watch NOTHING = new Watch(0, false, 0, 0, 0, null);
  }

  /**
   * What deadlines count from; while it is paused they stand still.
   *
   * @param batchAt when the batch was begun
   * @param progressAt when the batch before it was found healthy
   * @param pausedAt when it was paused; 0 when it is not
   */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  record Clocks(long batchAt, long progressAt, long pausedAt) {
    static final Clocks NONE = new Clocks(0, 0, 0);

    Clocks resumed(long now) {
      return new Clocks(later(batchAt, now), later(progressAt, now), 0);
    }

    /** What came during the pause counts from its end. */
    private long later(long at, long now) {
      return at + now - Math.max(at, pausedAt);
    }
  }

  /** Something that happened to it. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record Happened(String type, long at, Map<String, Object> members) {
    Happened {
      members = Collections.unmodifiableMap(members == null ? Map.of() : new TreeMap<>(members));
    }
  }

  /** Whether it is not over, so that no other deployment of the key may begin. */
  @JsonIgnore
  boolean isOpen() {
    return phase != Phase.OVER;
  }

  /** By when what is watched must be healthy; {@link Long#MAX_VALUE} while clocks stand still. */
  long deadline() {
    if (phase != Phase.WATCHING || clocks.pausedAt() != 0) {
      return Long.MAX_VALUE;
    }
    return Math.min(
        clocks.batchAt() + plan.policy().healthyDeadlineMs(),
        clocks.progressAt() + plan.policy().progressDeadlineMs());
  }
}
