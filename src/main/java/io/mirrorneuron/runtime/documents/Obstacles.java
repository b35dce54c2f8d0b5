package io.mirrorneuron.runtime.documents;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.PersonWait;
import io.mirrorneuron.runtime.port.Executions.QueuePlace;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reasons why a job does not go on that are not stored: only the node that owns the job knows them,
 * and forgets them with a restart.
 *
 * @param executions tells where a program waits for slots or for room
 * @param commits answers, for a job id, why its changes cannot be stored now
 */
public record Obstacles(Executions executions, Function<String, Optional<MnException>> commits) {
  Optional<QueuePlace> place(String executionId) {
    return executions.place(executionId);
  }

  Optional<Hold> hold(String executionId) {
    return executions.hold(executionId);
  }

  Optional<PersonWait> person(String executionId) {
    return executions.person(executionId);
  }

  /** The node that runs the program, when that is another one; empty here. */
  Optional<String> where(String executionId) {
    return executions.where(executionId);
  }

  Optional<MnException> ofCommits(String jobId) {
    return commits.apply(jobId);
  }
}
