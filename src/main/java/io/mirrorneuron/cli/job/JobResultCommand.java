package io.mirrorneuron.cli.job;

import io.mirrorneuron.JobOutcome;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.JobWatcher;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn job result}. */
@Command(
    name = "result",
    description = "Prints what came out of a job.",
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the job completed",
      "1:it has not ended, or the call failed",
      "3:it failed",
      "4:it was cancelled",
      "5:there is no such job",
      "6:the runtime cannot be reached",
      "124:it outlasted --timeout"
    },
    footerHeading = "%nExamples:%n",
    footer = {"  mn job result JOB_ID --wait --timeout 60", "  mn job result JOB_ID --json"})
final class JobResultCommand implements Callable<Integer> {
  @Mixin Client client;

  @Parameters(paramLabel = "JOB_ID", description = JobCommand.ID)
  String jobId;

  @Option(names = "--wait", description = "Wait until the job has ended.")
  boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "With --wait: at most so long; 0, the default: as long as it takes.")
  double timeout;

  @Override
  public Integer call() throws InterruptedException {
    Duration patience = client.limit("--timeout", timeout);
    return client.call(
        jobId,
        (mn, job) -> {
          JobOutcome outcome = wait ? mn.waitForJob(job, patience) : mn.runs().outcome(job);
          if (outcome.isTerminal()) {
            return new JobWatcher(client, mn).result(outcome);
          }
          client.complain(
              "job %s is %s and has no result yet; --wait waits for it"
                  .formatted(job, outcome.status()));
          return ExitCode.FAILED;
        });
  }
}
