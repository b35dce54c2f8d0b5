package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.ClientOptions;
import io.mirrorneuron.cli.EitherClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.JobWatcher;
import io.mirrorneuron.cli.LaunchReport;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.human.TerminalAnswers;
import io.mirrorneuron.cli.schedule.ScheduleSpec;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.server.IdSource;
import io.mirrorneuron.wire.Json;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mn blueprint run}. */
@Command(
    name = "run",
    description = "Launches a blueprint, shows its phases, and how its job goes.",
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the job completed, or was submitted with --detached",
      "1:the launch failed, for example because an answer does not fit",
      "2:the command or the configuration is wrong",
      "3:the job failed",
      "4:the job was cancelled",
      "5:there is no such blueprint",
      "6:the server cannot be reached",
      "124:the job outlasted --follow-seconds, and goes on",
      "130:interrupted by Ctrl-C; the launch or the job goes on"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn blueprint run word-count --input texts='[\"a b a\"]'",
      "  mn blueprint run --folder my-bundle/ --set llm.enabled=false",
      "  mn blueprint run story-desk --detached",
      "  mn blueprint run word-count --schedule 30m"
    })
public final class BlueprintRunCommand implements Callable<Integer> {
  @Mixin EitherClient client;
  @Mixin LaunchArguments words;

  @Option(
      names = {"-d", "--detached"},
      description = "Return as soon as the job is submitted.")
  boolean detached;

  @Option(
      names = "--follow-seconds",
      paramLabel = "N",
      defaultValue = "0",
      description = "Watch the job at most so long; 0, the default: as long as it takes.")
  double followSeconds;

  @Option(
      names = "--schedule",
      paramLabel = "WHEN",
      description =
          "Run it later: a delay such as 30m, a time, auto (as soon as there is room), or a schedule"
              + " as a JSON object.")
  String schedule;

  @Option(
      names = "--auto-schedule",
      description = "Run it as soon as there is room; the same as --schedule auto.")
  boolean autoSchedule;

  /** How long models of a blueprint may take that is scheduled. */
  private static final Duration MODELS = Duration.ofSeconds(200);

  private record Scheduled(String scheduleId, String kind, String nextRunAt) {}

  private record LaunchBody(String status, String jobId, String runId, String error) {}

  @Override
  public Integer call() throws InterruptedException {
    words.check(client);
    if (schedule != null && autoSchedule) {
      throw client.misuse("give --schedule or --auto-schedule, not both");
    }
    client.limit("--follow-seconds", followSeconds);
    return schedule != null || autoSchedule ? later() : client.callApi(this::launch);
  }

  private int later() throws InterruptedException {
    if (words.runId != null || followSeconds > 0) {
      throw client.misuse(
          "--run-id and --follow-seconds do not go with a schedule, whose jobs have runs of their"
              + " own: mn schedule status shows them");
    }
    Map<String, Object> when =
        autoSchedule ? ScheduleSpec.whenThereIsRoom(client) : ScheduleSpec.of(client, schedule);
    return client.callApi(
        rest -> {
          Map<String, Object> body = words.body(client, rest);
          body.put("schedule", when);
          RestAnswer made = rest.post("/blueprints/launch/schedules", body, MODELS);
          client.print(made, Scheduled.class, this::show);
          return ExitCode.OK;
        });
  }

  private void show(Scheduled made) {
    Output output = client.output();
    output.line("Schedule create");
    output.field("Schedule ID", made.scheduleId());
    output.field("Kind", made.kind());
    output.field("Bundle", words.name());
    if (made.nextRunAt() != null) {
      output.field("Due next at", made.nextRunAt());
    }
  }

  private int launch(RestClient rest) throws InterruptedException {
    Map<String, Object> body = words.body(client, rest);
    String progressId = "mn-" + new IdSource(Clock.systemUTC(), new SecureRandom()).jobSuffix();
    body.put("progress_id", progressId);
    RestAnswer end = new LaunchWatch(client).ofLaunch(rest, body, progressId);
    LaunchBody reported = end.as(LaunchBody.class);
    if (reported.jobId() == null) {
      return new LaunchReport(client, words.name()).failed(end);
    }
    if (client.json() && detached) {
      client.output().json(end.json());
      return ExitCode.OK;
    }
    if (!client.json()) {
      new LaunchReport(client, words.name()).warn(end);
      Output output = client.output();
      output.field("Job ID", reported.jobId());
      output.field("Blueprint Run ID", reported.runId());
    }
    Duration patience = client.limit("--follow-seconds", followSeconds);
    return detached
        ? ExitCode.OK
        : client.call(
            mn ->
                new JobWatcher(client, mn)
                    .asking(new TerminalAnswers(client))
                    .untilEnd(reported.jobId(), patience));
  }

  /** Shows the phases of a launch until it is over. */
  private static final class LaunchWatch {
    private static final Map<String, String> MARKS =
        Map.of("completed", "✓", "failed", "✗", "skipped", "-", "running", "›");

    private final ClientOptions client;
    private boolean isLineOpen;

    private record Event(String phase, String status, String message) {}

    private record Change(Event latest) {}

    private record End(boolean completed) {}

    private record LaunchBody(List<Object> events) {}

    LaunchWatch(ClientOptions client) {
      this.client = client;
    }

    /**
     * Launches, and shows it to its end. A launch goes on when the connection is cut, also before
     * the answer: then the server is asked whether it has it.
     *
     * @return what is told of the launch once it is over, well or not
     * @throws MnException also when the server cannot be reached any more, with what to do
     */
    RestAnswer ofLaunch(RestClient rest, Map<String, Object> body, String progressId)
        throws InterruptedException {
      try {
        rest.post("/blueprints/launch/runs?wait=0s", body);
      } catch (MnException e) {
        if (!isCut(e) || !isKnown(rest, progressId)) {
          throw e;
        }
      }
      try {
        return untilEnd(rest, progressId);
      } catch (MnException e) {
        throw isCut(e)
            ? new MnException(
                e.code(),
                e.error(),
                "%s; the launch goes on: GET /blueprints/launch/progress/%s shows it"
                    .formatted(e.getMessage(), progressId),
                null,
                e)
            : e;
      }
    }

    private static boolean isCut(MnException e) {
      return e.error().equals(RestClient.UNREACHABLE) || e.code() == ErrorCode.TIMEOUT;
    }

    private static boolean isKnown(RestClient rest, String progressId) throws InterruptedException {
      try {
        return !rest.get(path(progressId)).as(LaunchBody.class).events().isEmpty();
      } catch (MnException e) {
        return false; // the first failure says more
      }
    }

    private static String path(String progressId) {
      return "/blueprints/launch/progress/" + RestClient.part(progressId);
    }

    /** Returns what is told of the launch once it is over, well or not. */
    private RestAnswer untilEnd(RestClient rest, String progressId) throws InterruptedException {
      String path = path(progressId);
      RestAnswer progress;
      do {
        rest.follow(path + "/stream", this::show);
        progress = rest.get(path);
      } while (!progress.as(End.class).completed()); // the stream was cut off
      clear();
      return progress;
    }

    private void show(String data) {
      Event event = Json.read(data, Change.class, "event").latest();
      if (event == null || client.json() || event.phase().equals("launch")) {
        return;
      }
      String mark = MARKS.getOrDefault(event.status(), "?");
      String line =
          "%s %-15s %s"
              .formatted(
                  client.screen().paint().status(mark, event.status()),
                  Output.printable(event.phase()),
                  Output.printable(event.message()));
      boolean goesOn = event.status().equals("running");
      if (client.screen().isLive()) {
        clear();
        client.out().print(goesOn ? line : line + System.lineSeparator());
        client.out().flush();
        isLineOpen = goesOn;
      } else if (!goesOn) {
        client.output().line(line);
      }
    }

    private void clear() {
      if (isLineOpen) {
        client.out().print("\r\u001b[2K");
        client.out().flush();
        isLineOpen = false;
      }
    }
  }
}
