package io.mirrorneuron.area.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.HumanAct;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.HumanDecision;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.run.human.HumanDesk;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Takes what people do about requests to who keeps them: the job for those of its steps, the file
 * of the run for those of programs. The job is asked first, as programs may write into the file; a
 * request that the file has as a program's can be answered while the job cannot be asked.
 */
final class Decisions {
  /** What a runtime answers that has no such request: of this project, of the original. */
  private static final Set<ErrorCode> NOT_OF_THE_JOB =
      Set.of(ErrorCode.NOT_FOUND, ErrorCode.UNIMPLEMENTED);

  private final JobsPort jobs;
  private final HumanDesk desk;

  Decisions(JobsPort jobs, HumanDesk desk) {
    this.jobs = jobs;
    this.desk = desk;
  }

  ObjectNode act(String runId, HumanAct act) {
    // In this order: the folder of the run may be on another node, which its job tells of.
    return Stream.<Supplier<Optional<String>>>of(() -> RunId.job(runId), () -> desk.jobOf(runId))
        .flatMap(named -> named.get().stream())
        .distinct()
        .flatMap(jobId -> ofJob(jobId, runId, act).stream())
        .findFirst()
        .orElseGet(() -> desk.act(runId, act));
  }

  /** Empty when the job has no such request. */
  private Optional<ObjectNode> ofJob(String jobId, String runId, HumanAct act) {
    HumanDecision decision =
        new HumanDecision(
            runId,
            act.requestId(),
            act.kind().word(),
            act.by().signs(act.body().deepCopy()),
            act.by().verified() ? act.by().name() : null);
    try {
      return Optional.of(jobs.decide(jobId, decision));
    } catch (MnException e) {
      boolean notThere = NOT_OF_THE_JOB.contains(e.code());
      if (notThere || e.code().retryable() && desk.isOfProgram(runId, act.requestId())) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
