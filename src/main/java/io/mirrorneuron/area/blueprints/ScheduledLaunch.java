package io.mirrorneuron.area.blueprints;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.launch.Launches;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.NewSchedule;
import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The body of {@code POST /blueprints/launch/schedules} beside that of a launch.
 *
 * @param schedule when, as {@code POST /schedules} takes it
 * @param runId of no use: each job has a run of its own
 * @param progressId of no use: nothing is launched now
 */
record ScheduledLaunch(Map<String, Object> schedule, String runId, String progressId) {
  private static final String SCHEDULE = "schedule";

  /**
   * Makes a schedule of jobs as a launch would make one now.
   *
   * @throws MnException INVALID with members that mean nothing here; as the launch or the schedule
   */
  static ScheduleView make(Launches launches, SchedulesPort schedules, ApiCall call) {
    ScheduledLaunch body = Json.read(call.body(), ScheduledLaunch.class, "body");
    LaunchRequest request = LaunchRequest.ofSource(call);
    body.requireFit(call.members(), LaunchRequest.members(request.order().source()));
    Map<String, Object> when = body.schedule == null ? Map.of() : body.schedule;
    return launches
        .checking()
        .prepared(
            request.order(),
            (blueprint, bundle) -> {
              Map<String, Object> source = new LinkedHashMap<>();
              source.put("launch", request.order().source().word());
              source.put("bundle", blueprint);
              return schedules.create(new NewSchedule(bundle.by(call.subject()), when, source));
            });
  }

  private void requireFit(Set<String> members, Set<String> known) {
    List<Fault> faults = new ArrayList<>();
    if (runId != null) {
      faults.add(
          fault("run_id", "means nothing here: each job of a schedule has a run of its own"));
    }
    if (progressId != null) {
      faults.add(fault("progress_id", "means nothing here: nothing is launched now"));
    }
    known.add(SCHEDULE);
    members.stream()
        .filter(name -> !known.contains(name))
        .forEach(name -> faults.add(fault(name, "is unknown")));
    if (!faults.isEmpty()) {
      throw Fault.refusal(faults);
    }
  }

  private static Fault fault(String member, String message) {
    return new Fault("value_error", List.of("body", member), message, null);
  }
}
