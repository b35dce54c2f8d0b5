package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.Bundle;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.BundleReport;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.ScheduleView.MissedTimesDefault;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.SchedulesPort.DispatchReport;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.port.schedule.SchedulesPort.PreviewQuery;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn schedule}. */
@Command(
    name = "schedule",
    description = "Runs bundles at their times.",
    subcommands = {
      ScheduleCommand.ScheduleCreateCommand.class,
      ScheduleCommand.ScheduleApplyCommand.class,
      ScheduleCommand.ScheduleUpdateCommand.class,
      ScheduleBackfillCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn schedule create my-bundle/ --cron '0 2 * * *'",
      "  mn schedule apply nightly my-bundle/ --cron '0 2 * * *'",
      "  mn schedule delay my-bundle/ --in 10m",
      "  mn schedule status SCHEDULE_ID"
    })
public final class ScheduleCommand extends CommandGroup {
  private static final String ID = ScheduleAddress.ID;
  private static final String WHY = "Why; mn schedule status --json shows it.";

  @Command(
      name = "delay",
      description = "Runs a bundle once, later.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn schedule delay my-bundle/ --in 10m",
        "  mn schedule delay my-bundle/ --at 2026-06-21T02:00:00Z"
      })
  int delay(
      @Mixin Client client,
      @Parameters(paramLabel = "BUNDLE", description = "A folder, a zip or a manifest on its own.")
          String bundle,
      @Option(names = "--at", paramLabel = "TIME", description = "An ISO time.") String at,
      @Option(names = "--in", paramLabel = "TIME", description = "So much later, such as 10m.")
          String in,
      @Option(
              names = "--missed-policy",
              paramLabel = "POLICY",
              defaultValue = MissedTimesDefault.MADE_UP_FOR,
              description =
                  "When no server runs at that time: catchup_one, the default, runs it as soon as"
                      + " one does, skip never.")
          String missedPolicy,
      @Option(
              names = "--grace",
              paramLabel = "TIME",
              description = "So late it is not missed yet; 60s unless said.")
          String grace)
      throws InterruptedException {
    Map<String, Object> schedule = ScheduleSpec.once(client, at, in);
    ScheduleSpec.put(client, schedule, missedPolicy, grace);
    return client.show(
        mn -> ShownSchedules.create(mn, bundle, schedule, "schedule"),
        made -> ShownSchedules.line(client, made));
  }

  @Command(
      name = "list",
      description = "Lists schedules. With --json and in pipes: all that is known.",
      footerHeading = "%nExamples:%n",
      footer = {"  mn schedule list", "  mn schedule list --kind periodic --status active"})
  int list(
      @Mixin Client client,
      @Option(
              names = "--kind",
              paramLabel = "KIND",
              description = "Only these: periodic, delayed, event or resource_wait.")
          String kind,
      @Option(
              names = "--status",
              paramLabel = "STATUS",
              description = "Only these: active, paused or completed.")
          String status)
      throws InterruptedException {
    client.jsonInPipes();
    ScheduleSpec.requireOneOf(client, "--kind", kind, SchedulesPort.Query.KINDS);
    ScheduleSpec.requireOneOf(client, "--status", status, SchedulesPort.Query.STATUSES);
    SchedulesPort.Query query = new SchedulesPort.Query(kind, status, null, null, 0);
    return client.show(
        mn -> mn.schedules().list(query), page -> ShownSchedules.table(client, page.data()));
  }

  @Command(
      name = "status",
      description = "Shows a schedule: what it waits for, and what became of the times it was due.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn schedule status SCHEDULE_ID",
        "  mn schedule status SCHEDULE_ID | jq -r .why"
      })
  int status(
      @Mixin Client client, @Parameters(paramLabel = "SCHEDULE_ID", description = ID) String id)
      throws InterruptedException {
    client.jsonInPipes();
    return client.show(
        mn -> ScheduleAddress.of(mn, id, known -> mn.schedules().get(known)),
        schedule -> ShownSchedules.full(client, schedule));
  }

  @Command(
      name = "next",
      description = "Shows when a schedule will be due. With --json and in pipes: all of it.",
      footerHeading = "%nExample:%n",
      footer = "  mn schedule next SCHEDULE_ID --count 3")
  int next(
      @Mixin Client client,
      @Parameters(paramLabel = "SCHEDULE_ID", description = ID) String id,
      @Option(names = "--count", paramLabel = "N", description = "How many; 10 unless said.")
          Integer count,
      @Option(names = "--from", paramLabel = "TIME", description = "Later than this ISO time.")
          String from)
      throws InterruptedException {
    client.jsonInPipes();
    int most = count == null ? 0 : count;
    return client.show(
        mn ->
            ScheduleAddress.of(
                mn,
                id,
                known -> mn.schedules().preview(new PreviewQuery(known, Map.of(), most, from))),
        times -> ShownSchedules.firings(client, times));
  }

  @Command(
      name = "versions",
      description = {
        "Lists the bundles that a schedule has had, newest first; the newest twenty are kept.",
        "With --version one of them, and in JSON its manifest."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn schedule versions SCHEDULE_ID",
        "  mn schedule versions SCHEDULE_ID --version 2 --json | jq '.data[0].manifest'"
      })
  int versions(
      @Mixin Client client,
      @Parameters(paramLabel = "SCHEDULE_ID", description = ID) String id,
      @Option(names = "--version", paramLabel = "N", description = "Only this one.")
          Integer version)
      throws InterruptedException {
    client.jsonInPipes();
    return client.show(
        mn -> ScheduleAddress.of(mn, id, known -> mn.schedules().versions(known, version)),
        versions -> ShownSchedules.versions(client, versions));
  }

  @Command(
      name = "rollback",
      description = "Has a schedule's jobs made of an earlier bundle again; its times stay.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn schedule rollback SCHEDULE_ID",
        "  mn schedule rollback SCHEDULE_ID --to 2 --reason 'the report was empty'"
      })
  int rollback(
      @Mixin Client client,
      @Parameters(paramLabel = "SCHEDULE_ID", description = ID) String id,
      @Option(
              names = "--to",
              paramLabel = "N",
              description = "The number of the version; the one before, unless said.")
          Integer version,
      @Option(names = "--reason", paramLabel = "TEXT", description = WHY) String reason)
      throws InterruptedException {
    return change(client, id, (mn, known) -> mn.schedules().rollBack(known, version, reason));
  }

  private interface Change {
    ScheduleView by(MirrorNeuron mn, String id);
  }

  private static int change(Client client, String id, Change change) throws InterruptedException {
    return client.show(
        mn -> ScheduleAddress.of(mn, id, known -> change.by(mn, known)),
        schedule -> ShownSchedules.line(client, schedule));
  }

  @Command(
      name = "pause",
      description = "Lets nothing make a schedule due until it is resumed.",
      footerHeading = "%nExample:%n",
      footer = "  mn schedule pause SCHEDULE_ID --until 2026-07-01T00:00:00Z")
  int pause(
      @Mixin Client client,
      @Parameters(paramLabel = "SCHEDULE_ID", description = ID) String id,
      @Option(names = "--reason", paramLabel = "TEXT", description = WHY) String reason,
      @Option(names = "--until", paramLabel = "TIME", description = "It goes on then by itself.")
          String until)
      throws InterruptedException {
    return change(client, id, (mn, known) -> mn.schedules().pause(known, reason, until));
  }

  @Command(
      name = "resume",
      description = "Goes on with a paused schedule.",
      footerHeading = "%nExample:%n",
      footer = "  mn schedule resume SCHEDULE_ID")
  int resume(
      @Mixin Client client,
      @Parameters(paramLabel = "SCHEDULE_ID", description = ID) String id,
      @Option(names = "--reason", paramLabel = "TEXT", description = WHY) String reason)
      throws InterruptedException {
    return change(client, id, (mn, known) -> mn.schedules().resume(known, reason));
  }

  @Command(
      name = "delete",
      description = "Removes a schedule; its jobs go on.",
      footerHeading = "%nExample:%n",
      footer = "  mn schedule delete SCHEDULE_ID")
  int delete(
      @Mixin Client client,
      @Parameters(paramLabel = "SCHEDULE_ID", description = ID) String id,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Why.") String reason)
      throws InterruptedException {
    return client.show(
        mn -> ScheduleAddress.of(mn, id, known -> mn.schedules().delete(known, reason)),
        gone -> client.output().line("Schedule " + gone.scheduleId() + ": " + gone.status()));
  }

  @Command(
      name = "run-now",
      description = "Makes a job of a schedule now, paused or not.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:the job is made", "1:none was made, and the answer says why"},
      footerHeading = "%nExample:%n",
      footer = "  mn schedule run-now SCHEDULE_ID --payload-json '{\"region\": \"north\"}'")
  int runNow(
      @Mixin Client client,
      @Parameters(paramLabel = "SCHEDULE_ID", description = ID) String id,
      @Option(
              names = "--payload-json",
              paramLabel = "JSON",
              defaultValue = "{}",
              description = "An object that is handed to the job.")
          String payload)
      throws InterruptedException {
    Map<String, Object> given = ScheduleSpec.object(client, "--payload-json", payload);
    return client.call(
        mn -> {
          DispatchReport report =
              ScheduleAddress.of(
                  mn, id, known -> mn.schedules().dispatch(known, given, "manual", null));
          client.print(report, reported -> client.output().line(line(reported)));
          return report.jobId() == null ? ExitCode.FAILED : ExitCode.OK;
        });
  }

  private static String line(DispatchReport report) {
    List<String> parts = new java.util.ArrayList<>();
    parts.add("Schedule " + report.scheduleId() + ": " + report.status());
    if (report.jobId() != null) {
      parts.add("job " + report.jobId());
    }
    if (report.dispatch() != null && report.dispatch().statusReason() != null) {
      parts.add(report.dispatch().statusReason());
    }
    return String.join(", ", parts);
  }

  /** {@code mn schedule apply}. */
  @Command(
      name = "apply",
      description = {
        "Gives the schedule with a name this bundle, and makes it when there is none.",
        "Its id, history and counters stay. Without --cron and --schedule-json the manifest says",
        "when; where that says nothing, its times stay."
      },
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn schedule apply nightly my-bundle/ --cron '0 2 * * *' --timezone Europe/Berlin",
        "  mn schedule apply nightly my-bundle/     only the bundle",
        "  mn schedule rollback SCHEDULE_ID         back to the bundle before"
      })
  static final class ScheduleApplyCommand implements Callable<Integer> {
    @Mixin Client client;

    @Parameters(
        index = "0",
        paramLabel = "NAME",
        description = "The schedule's name. Two active schedules of that name are refused.")
    String name;

    @Parameters(
        index = "1",
        paramLabel = "BUNDLE",
        description = "A folder, a zip or a manifest on its own.")
    String bundle;

    @Mixin BundleInputOptions inputs;

    @Mixin ScheduleOptions options;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why it is changed.")
    String reason;

    @Override
    public Integer call() throws InterruptedException {
      Map<String, Object> schedule = new LinkedHashMap<>(options.members(client));
      Map<String, ?> given = inputs.values(client);
      return client.show(
          mn ->
              ShownSchedules.sent(
                  bundle,
                  given,
                  "apply",
                  wanted ->
                      mn.schedules()
                          .apply(
                              name,
                              new NewSchedule(wanted.bundle(), schedule, wanted.source()),
                              reason)),
          applied -> ShownSchedules.applied(client, applied));
    }
  }

  /** {@code mn schedule update}. */
  @Command(
      name = "update",
      description = {
        "Changes a schedule; what no option names stays.",
        "Its jobs are made of another bundle with --bundle: mn schedule rollback goes back."
      },
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn schedule update SCHEDULE_ID --cron '30 2 * * *' --timezone Europe/Berlin",
        "  mn schedule update SCHEDULE_ID --schedule-json '{\"jitter_ms\": 60000}'",
        "  mn schedule update SCHEDULE_ID --bundle my-bundle/ --input region=north"
      })
  static final class ScheduleUpdateCommand implements Callable<Integer> {
    @Mixin Client client;

    @Parameters(paramLabel = "SCHEDULE_ID", description = ScheduleAddress.ID)
    String id;

    @Option(
        names = "--bundle",
        paramLabel = "BUNDLE",
        description = "What its jobs are made of from now on: a folder, a zip or a manifest.")
    String bundle;

    @Mixin BundleInputOptions inputs;

    @Mixin ScheduleOptions options;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why it is changed.")
    String reason;

    @Override
    public Integer call() throws InterruptedException {
      Map<String, Object> changes = options.members(client);
      if (bundle != null && !changes.isEmpty()) {
        throw client.misuse(
            "--bundle goes with --input and --reason only; change the times by another call, or both"
                + " by mn schedule apply");
      }
      if (bundle == null && inputs.areGiven()) {
        throw client.misuse("--input is for --bundle");
      }
      if (bundle != null) {
        return replace();
      }
      if (changes.isEmpty()) {
        throw client.misuse("name what is to change, for example --cron or --schedule-json");
      }
      return client.show(
          mn -> ScheduleAddress.of(mn, id, known -> mn.schedules().update(known, changes, reason)),
          schedule -> ShownSchedules.line(client, schedule));
    }

    private Integer replace() throws InterruptedException {
      Map<String, ?> given = inputs.values(client);
      return client.show(
          mn ->
              ShownSchedules.sent(
                  bundle,
                  given,
                  "update",
                  wanted -> mn.schedules().replaceBundle(id, wanted, reason)),
          applied -> ShownSchedules.applied(client, applied));
    }
  }

  /** {@code mn schedule create}. */
  @Command(
      name = "create",
      description = {
        "Runs a bundle again and again.",
        "Without --cron and --schedule-json the bundle's own manifest says when."
      },
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn schedule create my-bundle/ --cron '0 2 * * *' --timezone Europe/Berlin",
        "  mn schedule create my-bundle/ --cron '*/5 * * * *' --preview   only show when"
      })
  static final class ScheduleCreateCommand implements Callable<Integer> {
    @Mixin Client client;

    @Parameters(paramLabel = "BUNDLE", description = "A folder, a zip or a manifest on its own.")
    String bundle;

    @Mixin BundleInputOptions inputs;

    @Mixin ScheduleOptions options;

    @Option(names = "--preview", description = "Only show when it would be due.")
    boolean preview;

    @Override
    public Integer call() throws InterruptedException {
      Map<String, Object> schedule = schedule();
      Map<String, ?> given = inputs.values(client);
      return preview
          ? client.show(
              mn -> mn.schedules().preview(new PreviewQuery(null, schedule, 0, null)),
              times -> ShownSchedules.firings(client, times))
          : client.show(
              mn -> ShownSchedules.create(mn, bundle, given, schedule, "schedule"),
              made -> ShownSchedules.line(client, made));
    }

    private Map<String, Object> schedule() {
      Map<String, Object> schedule = new LinkedHashMap<>();
      if (!options.crons.isEmpty()) {
        schedule.put("kind", "periodic"); // unless --schedule-json says otherwise
      } else if (options.json == null) {
        schedule.putAll(ofManifest());
      }
      schedule.putAll(options.members(client));
      MissedTimesDefault.madeUpFor(schedule);
      return schedule;
    }

    private Map<String, Object> ofManifest() {
      try (Bundle opened = BundleReport.open(bundle)) {
        return opened
            .schedule()
            .orElseThrow(
                () ->
                    client.misuse(
                        "neither an option nor the manifest says when: give --cron or"
                            + " --schedule-json, or write a schedule into the manifest"));
      }
    }
  }

  /** What a schedule is to be, in options. */
  static final class ScheduleOptions {
    @Option(
        names = "--cron",
        paramLabel = "EXPR",
        description = "Minute, hour, day of month, month, day of week; may be given several times.")
    List<String> crons = List.of();

    @Option(names = "--name", paramLabel = "NAME", description = "What people call it.")
    String name;

    @Option(
        names = "--timezone",
        paramLabel = "ZONE",
        description = "Whose clock counts; UTC unless said.")
    String timezone;

    @Option(
        names = "--missed-policy",
        paramLabel = "POLICY",
        description =
            "What becomes of missed times: catchup_one, unless said, makes one job for all of them,"
                + " catchup_all one for each, skip none.")
    String missedPolicy;

    @Option(
        names = "--catchup-limit",
        paramLabel = "N",
        description = "At most so many missed times are caught up; 10 by default.")
    Integer catchupLimit;

    @Option(
        names = "--catchup-within",
        paramLabel = "TIME",
        description = "Times missed longer ago are not caught up; 1d by default.")
    String catchupWithin;

    @Option(names = "--allow-overlap", description = "Also while an earlier job still runs.")
    boolean allowOverlap;

    @Option(
        names = "--window",
        paramLabel = "TIME",
        description = "How long a job may take before it is cancelled, such as 30m.")
    String window;

    @Option(
        names = "--schedule-json",
        paramLabel = "JSON",
        description = "The schedule as an object; options replace its members.")
    String json;

    /**
     * The members that were given; those of {@code --schedule-json} where no option replaces them.
     */
    Map<String, Object> members(Client client) {
      Map<String, Object> schedule = new LinkedHashMap<>();
      if (json != null) {
        schedule.putAll(ScheduleSpec.object(client, "--schedule-json", json));
      }
      if (!crons.isEmpty()) {
        schedule.put("crons", crons);
      }
      put(schedule, "name", name);
      put(schedule, "timezone", timezone);
      put(schedule, "missed_policy", missedPolicy);
      put(schedule, "catchup_limit", catchupLimit);
      if (catchupWithin != null) {
        schedule.put(
            "catchup_within_ms", ScheduleSpec.millis(client, "--catchup-within", catchupWithin));
      }
      if (allowOverlap) {
        schedule.put("prohibit_overlap", false);
      }
      if (window != null) {
        long millis = ScheduleSpec.millis(client, "--window", window);
        schedule.put("window", Map.of("duration_ms", millis, "end_action", "cancel"));
      }
      return schedule;
    }

    private static void put(Map<String, Object> schedule, String name, Object value) {
      if (value != null) {
        schedule.put(name, value);
      }
    }
  }
}
