package io.mirrorneuron.run.human;

import io.mirrorneuron.human.HumanRecord;
import io.mirrorneuron.human.HumanRequest;
import io.mirrorneuron.human.HumanRequest.HumanType;
import io.mirrorneuron.run.RunStore;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the open questions of running programs in the files of their runs. Thread-safe. */
public final class ProgramQuestions {
  private final RunStore store;
  private final HumanLogs logs = new HumanLogs();

  public ProgramQuestions(RunStore store) {
    this.store = store;
  }

  /**
   * A running program.
   *
   * @param stepId of the step that it works for, or null
   * @param alone whether no other program of the run runs: then questions that name no program are
   *     its own
   * @param since when it began; older questions that name no program are not its own
   */
  public record Asker(String runId, String agentId, String stepId, boolean alone, Instant since) {}

  /** The open request whose answer the program waits for, if any. */
  public Optional<HumanRequest> awaited(Asker asker) {
    return store
        .present(asker.runId())
        .map(folder -> logs.of(folder).look()) // a program of the run is running, so it is not over
        .flatMap(
            state ->
                state.requests().values().stream()
                    .filter(HumanRequest::isOpen)
                    .filter(request -> !request.question().isOfJob())
                    .filter(request -> isAsked(request, state, asker))
                    .findFirst());
  }

  private static boolean isAsked(HumanRequest request, HumanState state, Asker asker) {
    String named =
        Stream.of("step_id", "step", "agent_id")
            .map(member -> request.question().payload().path(member).asText(""))
            .filter(name -> !name.isEmpty())
            .findFirst()
            .orElse(null);
    if (named != null) {
      return named.equals(asker.stepId()) || named.equals(asker.agentId());
    }
    return asker.alone()
        && state.records().stream()
            .filter(record -> record.is(HumanType.HUMAN_INPUT_REQUESTED))
            .filter(record -> record.requestId().equals(request.id()))
            .map(HumanRecord::timeOrFirst)
            .anyMatch(asked -> !asked.isBefore(asker.since()));
  }
}
