package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Whether the operator of a node wants no new work on it.
 *
 * @param enabled null when nobody has ever said so, as is all else then
 * @param reason in the operator's words, or null
 * @param updatedAt ISO-8601 in UTC
 * @param disabledAt when it ended; null while it lasts
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Maintenance(Boolean enabled, String reason, String updatedAt, String disabledAt) {
  /** It was never asked for. */
  public static final Maintenance NONE = new Maintenance(null, null, null, null);

  /** The same once it is over; as it is when it does not last. */
  public Maintenance ended(String why, String now) {
    return Boolean.TRUE.equals(enabled) ? new Maintenance(false, why, now, now) : this;
  }
}
