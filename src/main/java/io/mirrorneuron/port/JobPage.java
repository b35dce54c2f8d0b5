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
 * @param truncated true when more rows exist than fit into the answer; else null
 * @param next cursor of the next page; null on the last page and when no paging was asked for
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record JobPage(List<Row> data, Boolean truncated, String next) {

  public JobPage {
    data = data == null ? List.of() : List.copyOf(data);
  }

  /** A single page with all rows. */
  public static JobPage of(List<Row> rows) {
    return new JobPage(rows, null, null);
  }

  /**
   * Filter and position of a list of jobs; null means no filter.
   *
   * @param limit rows at most; 0 or less means 100
   * @param includeTerminal whether ended jobs are included
   * @param cursor end of the previous page, empty for the first page; null to get rows without a
   *     cursor for the next page
   * @param name of the job or its graph
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

    /** The newest jobs, without paging. */
    public static Query newest(int limit, boolean includeTerminal) {
      return new Query(limit, includeTerminal, null, null, null, null, null);
    }

    public boolean isPaged() {
      return cursor != null;
    }

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
