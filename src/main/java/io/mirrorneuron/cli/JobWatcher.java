package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.JobOutcome;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.wire.Json;
import java.time.Duration;

/** Shows a job until it ends, and then its result. Ctrl-C stops watching; the job goes on. */
final class JobWatcher {
  private final Client client;
  private final MirrorNeuron mn;

  JobWatcher(Client client, MirrorNeuron mn) {
    this.client = client;
    this.mn = mn;
  }

  /**
   * @param timeout zero means none
   * @return the exit code
   */
  int untilEnd(String jobId, Duration timeout) throws InterruptedException {
    JobView view = JobView.of(client, mn.jobDetails(jobId));
    try (AutoClosing _ = view::close;
        AutoClosing _ = atCtrlC(() -> letGo(view, jobId))) {
      mn.runs().follow(jobId, 0, timeout, view);
    }
    return result(mn.runs().outcome(jobId));
  }

  private interface AutoClosing extends AutoCloseable {
    @Override
    void close();
  }

  /** Runs the action when the process is told to end; the exit code is then that of the signal. */
  private static AutoClosing atCtrlC(Runnable action) {
    Thread hook = new Thread(action, "detach");
    Runtime.getRuntime().addShutdownHook(hook);
    return () -> {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process is ending and the action runs.
      }
    };
  }

  private void letGo(JobView view, String jobId) {
    view.close();
    client.complain(
        "detached; the job goes on. Watch it with mn job monitor %1$s, end it with mn job cancel %1$s"
            .formatted(jobId));
  }

  /** Prints what came out of a job that has ended. Returns the exit code. */
  int result(JobOutcome outcome) {
    if (client.json) {
      client.output().json(document(outcome));
    } else if (outcome.isCompleted()) {
      client.output().json(outcome.output());
    } else {
      String why = Output.printable(outcome.reason());
      client.complain(
          "job %1$s %2$s%3$s; mn job events %1$s tells what happened"
              .formatted(outcome.jobId(), outcome.status(), why.isEmpty() ? "" : ": " + why));
    }
    return ExitCode.of(outcome);
  }

  private static ObjectNode document(JobOutcome outcome) {
    ObjectNode document = Json.object();
    document.put("job_id", outcome.jobId()).put("status", outcome.status());
    document.set("result", outcome.result().isMissingNode() ? null : outcome.result());
    return document;
  }
}
