package io.mirrorneuron.launch;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One thing that happened in a launch.
 *
 * @param seq grows within the launch
 * @param ts as ISO 8601
 * @param phase its word
 * @param status {@link #RUNNING}, {@link #COMPLETED}, {@link #FAILED} or {@link #SKIPPED}
 * @param details members that the phase tells; null for none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LaunchEvent(
    long seq, String ts, String phase, String status, String message, Map<String, Object> details) {
  public static final String RUNNING = "running";
  public static final String COMPLETED = "completed";
  public static final String FAILED = "failed";
  public static final String SKIPPED = "skipped";

  /** Two details, told in this order. */
  static Map<String, Object> details(String one, Object value, String other, Object otherValue) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put(one, value);
    details.put(other, otherValue);
    return details;
  }

  boolean is(Phase that, String word) {
    return phase.equals(that.word()) && status.equals(word);
  }
}
