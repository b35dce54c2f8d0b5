package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * The versions of the bundle of a schedule that are kept.
 *
 * @param data newest first
 */
public record ScheduleVersions(String scheduleId, List<Version> data) {
  public ScheduleVersions {
    data = data == null ? List.of() : List.copyOf(data);
  }

  /**
   * One of them.
   *
   * @param version counts from 1
   * @param current whether jobs are made of it
   * @param fingerprint of the manifest
   * @param bundleRef fingerprint of the payload files; null for none
   * @param graphId what its jobs are called after
   * @param source where it came from, as its maker says
   * @param submittedBy the name that its maker's token vouches for; null when it vouches for none
   * @param createdAt ISO time
   * @param manifest secrets hidden; null unless this version was asked for
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Version(
      int version,
      boolean current,
      String fingerprint,
      String bundleRef,
      String graphId,
      Map<String, Object> source,
      String submittedBy,
      String createdAt,
      Map<String, Object> manifest) {}
}
