package io.mirrorneuron.runtime.state;

import io.mirrorneuron.runtime.workflow.RestartPolicy.Backpressure;
import java.util.Locale;

/** How full a mailbox is, with hysteresis: a level begins at a higher mark than it ends at. */
public enum MailboxPressure {
  NORMAL,
  /** Messages from outside are refused. */
  PRESSURED,
  /** Agents that send to it wait. */
  SATURATED;

  /**
   * @param depth messages that wait now
   */
  public MailboxPressure next(int depth, Backpressure limits) {
    if (depth >= limits.maxQueueDepth()) {
      return SATURATED;
    }
    if (depth >= limits.highWatermark()) {
      return this == SATURATED ? SATURATED : PRESSURED;
    }
    // The lowest mark that an empty mailbox can pass is one.
    return this == NORMAL || depth < Math.max(1, limits.lowWatermark()) ? NORMAL : PRESSURED;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static MailboxPressure of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
