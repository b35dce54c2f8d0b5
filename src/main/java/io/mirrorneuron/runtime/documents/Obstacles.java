package io.mirrorneuron.runtime.documents;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.port.Executions.QueuePlace;
import java.util.Optional;
import java.util.function.Function;

/**
 * What only the node at work knows of why a job does not go on: none of it is stored. Another node,
 * or one that has just started, knows nothing.
 *
 * @param executions where they wait
 * @param commits by job, why nothing of it can be stored now
 */
public record Obstacles(Executions executions, Function<String, Optional<MnException>> commits) {
  Optional<QueuePlace> place(String executionId) {
    return executions.place(executionId);
  }

  Optional<String> hold(String executionId) {
    return executions.hold(executionId);
  }

  Optional<MnException> ofCommits(String jobId) {
    return commits.apply(jobId);
  }
}
