package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.job.ShortIds;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.SchedulesPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Resolves a schedule: by its id, its name, or a unique prefix of its id. If several share a name,
 * the only one that is not completed is taken.
 */
final class ScheduleAddress {
  /** For the help of commands. */
  static final String ID = "The schedule's id, the beginning of it, or its name.";

  private static final String UNKNOWN = "schedule_not_found";

  private ScheduleAddress() {}

  /**
   * Does it to the schedule that is meant.
   *
   * @throws MnException as the first try did when there is no such schedule
   */
  static <T> T of(MirrorNeuron mn, String given, Function<String, T> work) {
    try {
      return work.apply(given);
    } catch (MnException e) {
      if (!UNKNOWN.equals(e.error())) {
        throw e;
      }
      return work.apply(other(all(mn), given).orElseThrow(() -> e));
    }
  }

  private static List<ScheduleView> all(MirrorNeuron mn) {
    List<ScheduleView> all = new ArrayList<>();
    String after = null;
    do {
      SchedulesPort.Page page =
          mn.schedules().list(new SchedulesPort.Query(null, null, null, after, 0));
      all.addAll(page.data());
      after = page.next();
    } while (after != null);
    return all;
  }

  private static Optional<String> other(List<ScheduleView> all, String given) {
    List<ScheduleView> named = all.stream().filter(one -> given.equals(one.name())).toList();
    List<ScheduleView> open =
        named.stream().filter(one -> !"completed".equals(one.status())).toList();
    List<ScheduleView> meant = open.isEmpty() ? named : open;
    if (meant.size() > 1) {
      throw new MnException(
          ErrorCode.INVALID,
          "ambiguous_id",
          "%d schedules are called %s: %s; give the id of one"
              .formatted(
                  meant.size(),
                  given,
                  meant.stream().map(ScheduleView::scheduleId).collect(Collectors.joining(", "))));
    }
    return meant.isEmpty()
        ? ShortIds.only(given, all.stream().map(ScheduleView::scheduleId))
        : Optional.of(meant.getFirst().scheduleId());
  }
}
