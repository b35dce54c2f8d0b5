package io.mirrorneuron.run.record;

import com.fasterxml.jackson.core.type.TypeReference;
import io.mirrorneuron.human.HumanType;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.wire.Json;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** What the steps of one job have asked people and what became of it, until it is told. */
final class PeopleNews {
  private static final TypeReference<Map<String, Object>> ANY = new TypeReference<>() {};

  private static final Set<HumanType> TOLD =
      EnumSet.of(
          HumanType.HUMAN_INPUT_REQUESTED,
          HumanType.HUMAN_REQUEST_ESCALATED,
          HumanType.HUMAN_INPUT_RECEIVED,
          HumanType.HUMAN_INPUT_TIMEOUT);

  private final Map<Long, RecordedEvent> untold = new TreeMap<>();

  /** Notes each event, then hands it on. */
  Consumer<RecordedEvent> before(Consumer<RecordedEvent> next) {
    return event -> {
      note(event);
      next.accept(event);
    };
  }

  private void note(RecordedEvent event) {
    boolean isOfPeople = event.channel().equals(RunLog.HUMAN.channel());
    if (isOfPeople && TOLD.contains(HumanType.of(event.type()))) {
      untold.put(event.seq(), event);
    }
  }

  /**
   * Tells what was noted, in order; what fails is told with the next call.
   *
   * @param origin what made the job
   * @throws java.util.concurrent.CompletionException with what the hearer fails with
   */
  void tell(JobEnds ends, RecordedJob job, EndedJob.Origin origin) {
    var each = untold.values().iterator();
    while (each.hasNext()) {
      ends.asked(of(each.next(), job, origin)).toCompletableFuture().join();
      each.remove();
    }
  }

  private static PeopleEvent of(RecordedEvent event, RecordedJob job, EndedJob.Origin origin) {
    Map<String, Object> payload = Json.MAPPER.convertValue(event.payload(), ANY);
    payload.remove("form");
    return new PeopleEvent(
        job.jobId(),
        job.runId(),
        job.graphId(),
        job.jobName(),
        event.seq(),
        event.type(),
        event.time(),
        payload,
        origin);
  }
}
