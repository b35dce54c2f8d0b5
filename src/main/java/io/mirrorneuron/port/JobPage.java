package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;

/**
 * Rows of jobs, newest change first.
 *
 * @param truncated true when there are more that did not fit into the answer; else null
 * @param next cursor of the next page; null on the last, and where no pages were asked for
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record JobPage(List<Row> data, Boolean truncated, String next) {

  public JobPage {
    data = data == null ? List.of() : List.copyOf(data);
  }

  /** All that there is. */
  public static JobPage of(List<Row> rows) {
    return new JobPage(rows, null, null);
  }

  /**
   * Which jobs are wanted; null does not matter.
   *
   * @param limit rows at most; 0 or less means 100
   * @param includeTerminal whether jobs are wanted that have ended
   * @param cursor where the last page ended, empty for the first one; null when the rows are wanted
   *     without a cursor of those that follow
   * @param status as the job has it
   * @param name that the job or its graph has
   * @param createdAfter submitted at this time or later
   * @param idPrefix of the id of the job, or of its run
   */
  public record Query(
      int limit,
      boolean includeTerminal,
      String cursor,
      String status,
      String name,
      Instant createdAfter,
      String idPrefix) {

    /** The first of all. */
    public static Query newest(int limit, boolean includeTerminal) {
      return new Query(limit, includeTerminal, null, null, null, null, null);
    }

    public boolean isPaged() {
      return cursor != null;
    }

    /** The same with fewer rows. */
    public Query limited(int rows) {
      return new Query(rows, includeTerminal, cursor, status, name, createdAfter, idPrefix);
    }
  }

  /**
   * A row as it was stored. Most rows go on to clients unread; who needs members reads them as a
   * {@link JobDetail.JobBrief}.
   *
   * @param json an object
   */
  public record Row(@JsonValue @JsonRawValue String json) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Row of(JsonNode row) {
      return new Row(row.toString());
    }
  }
}
