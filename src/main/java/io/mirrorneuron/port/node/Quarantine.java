package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * That a node was kept from work because of its faults: now, while its status is {@link
 * NodeCondition#QUARANTINED}, or the last time. Times are ISO-8601 in UTC.
 *
 * @param times how often, without its operator or a quiet hour in between
 * @param untilAt when it ends by itself, if the node has no more faults; null for never
 * @param endedAt null while it lasts
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Quarantine(String since, String reason, int times, String untilAt, String endedAt) {

  Quarantine ended(String at, int counts) {
    return new Quarantine(since, reason, counts, untilAt, at);
  }
}
