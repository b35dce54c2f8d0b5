package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * How far jobs for the times of a past range are. Times are ISO texts.
 *
 * @param from the first time that may be in it
 * @param to later than all of them
 * @param concurrency how many of its jobs are open at a time at most
 * @param status {@code running}, {@code completed} or {@code cancelled}
 * @param total times of the range
 * @param made how many of them got a job
 * @param skipped how many had one already
 * @param failed how many got none
 * @param nextAt the time that is looked at next; null for none
 * @param openJobIds its jobs that have not ended, as far as was looked
 * @param endedAt null while it runs
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackfillView(
    String from,
    String to,
    int concurrency,
    String status,
    long total,
    long made,
    long skipped,
    long failed,
    String nextAt,
    List<String> openJobIds,
    String startedAt,
    String endedAt) {}
