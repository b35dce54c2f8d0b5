package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.runtime.manifest.graph.ManifestSchedule;
import io.mirrorneuron.runtime.schedule.cron.CronCalendar;
import java.util.List;
import java.util.Map;

/**
 * Reports why no schedule could be made from a manifest's members {@code schedule} and {@code
 * triggers}; its jobs run all the same. A {@code run_at} in the past is no fault here. Pure.
 */
public final class ManifestScheduleCheck {
  private ManifestScheduleCheck() {}

  /**
   * @param manifest as JSON
   * @return a warning, or none
   */
  public static List<Issue> of(String manifest) {
    return ManifestSchedule.member(manifest)
        .map(member -> found(member, manifest))
        .orElse(List.of());
  }

  private static List<Issue> found(String member, String manifest) {
    try {
      Map<String, Object> written = ManifestSchedule.of(manifest);
      DefinitionReader.read(new CronCalendar(), written, 0); // a delay may count from any time
      return List.of();
    } catch (MnException e) {
      if (e.code() != ErrorCode.INVALID) {
        throw e;
      }
      return List.of(
          Issue.warning(
              "manifest.schedule",
              "no schedule can be made of the manifest: " + e.getMessage(),
              "A job of it runs. mn schedule create is refused, unless its options say otherwise.",
              new Location("manifest", member, "/manifest/" + member)));
    }
  }
}
