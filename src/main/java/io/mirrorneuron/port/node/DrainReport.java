package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What comes of a drain.
 *
 * @param status of the drain as in {@link DrainState}, or {@code dry_run}
 * @param wouldStatus of a dry run: what the real one would answer; else null
 * @param counters {@code checked}, and how many actions have each status
 * @param nodeStatus null in a dry run, as is {@code schedulingEligible}
 * @param replaced the drain that was under way and that this one takes the place of, or would; null
 *     when there was none, or the order was the same
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DrainReport(
    String node,
    String status,
    String wouldStatus,
    String reason,
    String startedAt,
    String deadlineAt,
    Map<String, Integer> counters,
    List<DrainAction> actions,
    NodeCondition nodeStatus,
    Boolean schedulingEligible,
    DrainState replaced) {
  public static final String DRY_RUN = "dry_run";

  public DrainReport {
    counters = Collections.unmodifiableMap(new TreeMap<>(counters));
    actions = List.copyOf(actions);
  }
}
