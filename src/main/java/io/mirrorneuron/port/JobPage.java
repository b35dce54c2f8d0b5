package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * Rows of jobs, newest change first.
 *
 * @param truncated true when there are more that did not fit into the answer; else null
 */
public record JobPage(
    List<Row> data, @JsonInclude(JsonInclude.Include.NON_NULL) Boolean truncated) {

  public JobPage {
    data = data == null ? List.of() : List.copyOf(data);
  }

  /**
   * A row as it was stored. Most rows go on to clients unread; who needs members reads them as a
   * {@link JobBrief}.
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
