package io.mirrorneuron.port;

import static io.mirrorneuron.testing.Eventually.eventually;

import io.mirrorneuron.testing.RuntimeFixture;

/** The contract for ports before a runtime that runs its jobs by itself. */
public interface RuntimeJobsContract extends JobsPortContract {
  RuntimeFixture runtime();

  @Override
  default String adminToken() {
    return "admin";
  }

  @Override
  default void awaitCompletion(String jobId) {
    runtime().awaitEnd(jobId);
  }

  @Override
  default void awaitDeadLetter(String jobId) {
    eventually(
        "its first message is given up",
        () ->
            runtime().jobs().events(jobId, 0, 1000).events().stream()
                .anyMatch(event -> event.contains("\"dead_letter\"")));
  }
}
