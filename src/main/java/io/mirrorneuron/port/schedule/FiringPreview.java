package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * When a schedule will be due.
 *
 * @param scheduleId null for one that is not made yet
 * @param from later than this
 * @param data earliest first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FiringPreview(
    String scheduleId, String kind, String timezone, String from, List<FiringTime> data) {
  public FiringPreview {
    data = List.copyOf(data);
  }

  /**
   * One time.
   *
   * @param at in UTC
   * @param local the same by the clock of the zone, as it was asked for
   * @param clockChange {@code moved}: the local time is left out that day; {@code first_pass} or
   *     {@code second_pass}: it is there twice; null for other times
   * @param alsoDue other schedules that are due then, a few of them
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record FiringTime(String at, String local, String clockChange, List<String> alsoDue) {}
}
