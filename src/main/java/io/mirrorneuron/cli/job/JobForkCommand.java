package io.mirrorneuron.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.Bundle;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.BundleReport;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.JobWatcher;
import io.mirrorneuron.cli.NamedValues;
import io.mirrorneuron.cli.human.TerminalAnswers;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.JobsPort.ForkedJob;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn job fork}. */
@Command(
    name = "fork",
    description = {
      "Makes a new job that begins where another one was.",
      "What had ended by then is taken over with its output, the rest is done again."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn job fork JOB_ID --at review                 the step and all that follows, again",
      "  mn job fork JOB_ID --at review --input review='{\"strict\": true}' --follow",
      "  mn job fork JOB_ID --at review --bundle my-bundle/ --follow   with what was mended",
      "  mn job fork JOB_ID --at 12                     as it was after event 12",
      "  mn job fork JOB_ID                             from the beginning"
    })
final class JobForkCommand implements Callable<Integer> {
  @Mixin Client client;

  @Parameters(paramLabel = "JOB_ID", description = JobCommand.ID)
  String jobId;

  @Option(
      names = "--at",
      paramLabel = "STEP|SEQ",
      defaultValue = "0",
      description =
          "A step, or, in digits, the number of an event of mn job events; default the beginning.")
  String at;

  @Option(
      names = {"-i", "--input"},
      paramLabel = "ID=VALUE",
      description =
          "What a step, or at the beginning an entrypoint, starts with instead: VALUE is JSON if it is"
              + " some, else text; @FILE: what is in the file. May be given several times.")
  List<String> inputs = new ArrayList<>();

  @Option(
      names = "--bundle",
      paramLabel = "BUNDLE",
      description =
          "What the new job runs instead: a folder or zip in which something was mended. It must have"
              + " the same steps, edges and agents.")
  String bundle;

  @Option(
      names = {"-f", "--follow"},
      description = "Show the new job until it ends, and then its result, as mn run does.")
  boolean follow;

  @Option(
      names = {"-d", "--detached"},
      description = "Print the new job's id and nothing else, as mn run --detached does.")
  boolean detached;

  @Override
  public Integer call() throws InterruptedException {
    if (follow && detached) {
      throw client.misuse("--follow and --detached contradict each other");
    }
    ForkRequest request = request();
    return client.call(
        jobId,
        (mn, job) -> {
          ForkedJob answer = fork(mn, job, request);
          print(answer);
          return follow ? watcher(mn).untilEnd(answer.jobId(), Duration.ZERO) : ExitCode.OK;
        });
  }

  private JobWatcher watcher(MirrorNeuron mn) {
    JobWatcher watcher = new JobWatcher(client, mn).asking(new TerminalAnswers(client));
    return bundle == null ? watcher : watcher.of(bundle);
  }

  private void print(ForkedJob answer) {
    String named = "Job " + client.screen().paint().bold(answer.jobId());
    if (client.json()) {
      if (!follow) {
        client.output().json(answer);
      }
    } else if (follow) {
      client.output().line(named);
    } else {
      client.output().line(detached ? answer.jobId() : named);
    }
  }

  private ForkedJob fork(MirrorNeuron mn, String job, ForkRequest request) {
    if (bundle == null) {
      return mn.jobs().fork(job, request);
    }
    try (Bundle opened = BundleReport.open(bundle)) {
      return mn.jobs().fork(job, request.with(opened.submission()));
    }
  }

  private ForkRequest request() {
    Map<String, JsonNode> bodies = new LinkedHashMap<>();
    new NamedValues(client)
        .of("--input", inputs)
        .forEach((id, body) -> bodies.put(id, Json.MAPPER.valueToTree(body)));
    return point().with(bodies);
  }

  private ForkRequest point() {
    if (!at.matches("\\d+")) {
      return ForkRequest.atStep(at);
    }
    try {
      return ForkRequest.atEvent(Long.parseLong(at));
    } catch (NumberFormatException e) {
      throw client.misuse("--at is no number of an event: " + at);
    }
  }
}
