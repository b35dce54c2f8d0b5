package io.mirrorneuron.cli.job;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.EitherClient;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.wire.DeadLetterScan;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn job dead-letters}. */
@Command(
    name = "dead-letters",
    description =
        "Lists messages that no agent could take, in pipes as JSON, or hands one to its agent.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn job dead-letters JOB_ID",
      "  mn job dead-letters JOB_ID --replay 0",
      "  mn job dead-letters JOB_ID | jq '.data[].message'"
    })
final class JobDeadLettersCommand implements Callable<Integer> {
  private static final int PAGE = 1000;

  @Mixin EitherClient client;

  @Parameters(paramLabel = "JOB_ID", description = JobCommand.ID)
  String jobId;

  @Option(
      names = "--replay",
      paramLabel = "NUMBER",
      description = "Hand the message with this number to its agent again.")
  Integer replay;

  private record Letters(List<Letter> data) {
    private record Letter(long index, String agentId, String timestamp, String reason) {}
  }

  private record Replayed(String agentId) {}

  @Override
  public Integer call() throws InterruptedException {
    client.jsonInPipes();
    if (replay != null) {
      return client.show(
          jobId,
          (rest, job) -> rest.post(path(job) + "/" + replay + "/replay", Map.of()),
          (mn, job) -> mn.jobs().replayDeadLetter(job, replay),
          Replayed.class,
          done -> client.output().line("Agent " + done.agentId() + " has message " + replay));
    }
    return client.show(
        jobId,
        (rest, job) -> rest.get(path(job)),
        JobDeadLettersCommand::scan,
        Letters.class,
        this::print);
  }

  private static String path(String jobId) {
    return "/jobs/" + RestClient.part(jobId) + "/dead-letters";
  }

  private static Map<String, Object> scan(MirrorNeuron mn, String jobId) {
    DeadLetterScan scan = new DeadLetterScan();
    EventPage page;
    long after = 0;
    do {
      page = mn.events(jobId, after, PAGE);
      scan.read(page.events());
      after = page.next();
    } while (page.events().size() == PAGE);
    return Map.of("job_id", jobId, "data", scan.letters());
  }

  private void print(Letters letters) {
    if (letters.data().isEmpty()) {
      client.output().line("No dead letters");
      return;
    }
    Output output = client.output();
    output.sentences(
        List.of("Number", "Agent", output.when("Time"), "Reason"),
        letters.data().stream()
            .map(
                one ->
                    List.of(
                        Long.toString(one.index()),
                        Objects.toString(one.agentId(), ""),
                        output.time(Objects.toString(one.timestamp(), "")),
                        Objects.toString(one.reason(), "")))
            .toList());
  }
}
