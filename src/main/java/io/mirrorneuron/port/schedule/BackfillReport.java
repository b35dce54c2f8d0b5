package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What a backfill makes, or would make.
 *
 * @param total times of the range
 * @param data the first of them, earliest first; null unless it was a dry run
 * @param backfill as it has begun; null for a dry run
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackfillReport(
    String scheduleId,
    boolean dryRun,
    String timezone,
    String from,
    String to,
    int concurrency,
    long total,
    List<BackfillTime> data,
    BackfillView backfill) {

  /**
   * One time.
   *
   * @param at in UTC
   * @param local the same by the clock of the zone, as it was asked for
   * @param clockChange as {@link FiringPreview.FiringTime} has it
   * @param hadJob whether it has had its job, and gets no other
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record BackfillTime(String at, String local, String clockChange, boolean hadJob) {}
}
