package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.JobWatcher;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.job.ShortIds;
import io.mirrorneuron.human.Person;
import io.mirrorneuron.human.RequestAction;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.LogLevel;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.RedactedRun;
import io.mirrorneuron.run.RedactedRuns;
import io.mirrorneuron.run.RunIndex;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.run.folder.AllowedRoots;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.human.HumanDecisions;
import io.mirrorneuron.run.human.HumanInbox;
import io.mirrorneuron.run.human.HumanLogs;
import io.mirrorneuron.run.journal.LogFilter;
import io.mirrorneuron.run.journal.RunJournal;
import io.mirrorneuron.run.report.ResourceSummary;
import io.mirrorneuron.run.report.RunDocument;
import io.mirrorneuron.run.report.RunStory;
import io.mirrorneuron.server.IdSource;
import io.mirrorneuron.storage.WriteFailure;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.WebAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs in a local folder. Only pages and answers to be kept are written there; temporary files lie
 * in a folder of their own, which is removed.
 */
final class FolderRuns implements RunReader {
  private static final int MOST_RECORDS = 5000;
  private static final String PAGE = "mn-export.html";

  /** Who answers where nobody is named, as the original has it. */
  private static final String REVIEWER = "cli";

  private final Path root;
  private final Clock clock = Clock.systemUTC();
  private final Path scratch;
  private final JobWatcher.AutoClosing atCtrlC;
  private final RunStore store;
  private final RedactedRuns runs;
  private RunIndex index;

  /**
   * @param root without one there are no runs
   * @throws MnException when it is no folder
   */
  FolderRuns(Path root) {
    this.root = root;
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw MnException.invalid(root + " is no folder, so no runs can be in it");
    }
    try {
      scratch = Files.createTempDirectory("mn-runs-").toRealPath();
      atCtrlC = JobWatcher.atCtrlC(this::clear);
      Path none = Files.createDirectory(scratch.resolve("no-runs"));
      Path journals = Files.createDirectory(scratch.resolve("journals"));
      store = new RunStore(Files.isDirectory(root) ? root : none, new RunWriter.NotHere(journals));
      runs = new RedactedRuns(store, new AllowedRoots(List.of(), root));
    } catch (IOException e) {
      throw MnException.unavailable("there is no place to put records in order: " + e, e);
    }
  }

  private RedactedRun run(String id) {
    return runId(id)
        .filter(store::has)
        .flatMap(runs::present)
        .orElseThrow(() -> RunReader.unknown(id, " under " + root));
  }

  private Optional<String> runId(String id) {
    if (ShortIds.isLast(id)) {
      String blueprint = ShortIds.name(id).orElse(null);
      return rows(blueprint, 1).stream().map(Row::runId).findFirst();
    }
    return store.has(id)
        ? Optional.of(id)
        : ShortIds.only(id, rows(null, 1).stream().map(Row::runId));
  }

  private record Rows(List<Row> data) {}

  private record WebUi(String url) {}

  @Override
  public List<Row> rows(String blueprintId, int atLeast) {
    if (index == null) {
      index = RunIndex.of(store, clock);
    }
    RunIndex.Query all =
        new RunIndex.Query(
            Integer.MAX_VALUE, "", "", Objects.toString(blueprintId, ""), "", "", null);
    return RestAnswer.like(index.list(all)).as(Rows.class).data().stream()
        .filter(row -> runs.present(row.runId()).filter(run -> run.has("run.json")).isPresent())
        .toList();
  }

  @Override
  public String webUi(String runId) {
    return run(runId)
        .peek("web_ui.json")
        .map(document -> WebAddress.ofPage(RestAnswer.like(document).as(WebUi.class).url()))
        .orElse("");
  }

  @Override
  public Page page(String run, Wanted wanted, long after) {
    Set<RunLog> channels =
        Arrays.stream(wanted.channels().split(","))
            .flatMap(name -> RunLog.of(name).stream())
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(RunLog.class)));
    LogLevel level = Optional.ofNullable(wanted.level()).flatMap(LogLevel::of).orElse(null);
    RedactedRun.News news =
        run(run)
            .news(
                after,
                new RunJournal.Filter(channels, new LogFilter(level, null, null, null)),
                MOST_RECORDS);
    return new Page(
        news.entries().stream().map(entry -> record(entry.json())).toList(),
        news.next(),
        news.ended());
  }

  private static StreamRecord record(byte[] json) {
    return new StreamRecord(
        () ->
            RestAnswer.like(Json.parseObject(new String(json, StandardCharsets.UTF_8), "record")));
  }

  @Override
  public RunDocument document(String run) {
    return RunDocument.of(RunStory.of(run(run)));
  }

  @Override
  public RestAnswer resources(String run, String window, String bucket) {
    ResourceSummary.Window asked = ResourceSummary.Window.of(window, bucket);
    return RestAnswer.like(run(run).resources(asked, clock.instant()));
  }

  @Override
  public List<RestAnswer> pending(String run) {
    String id = run(run).runId();
    HumanInbox inbox = new HumanInbox(store, new HumanLogs(), clock);
    return RestAnswer.like(inbox.ofRun(id, "pending")).elements("data").toList();
  }

  private record Ask(String requestId) {}

  @Override
  public RestAnswer record(String run, Action effect, String id, Map<String, Object> body) {
    String runId = run(run).runId();
    Map<String, Object> signed = new LinkedHashMap<>(body);
    signed.putIfAbsent("by", REVIEWER);
    var answer = Json.parseObject(Json.write(signed), "answer");
    Person by = Person.of(answer, null, null);
    IdSource ids = new IdSource(clock, new SecureRandom());
    try (RunStore writable = new RunStore(root, new RunWriter.Elsewhere())) {
      HumanDecisions people = HumanDecisions.of(writable, clock, ids::request);
      if (effect == Action.ACK) {
        return RestAnswer.like(people.service().acknowledge(runId, id, answer, by));
      }
      boolean known =
          RestAnswer.like(people.inbox().ofRun(runId, null))
              .elements("requests")
              .anyMatch(one -> id.equals(one.as(Ask.class).requestId()));
      if (known && !people.service().isOfProgram(runId, id)) {
        throw new MnException(
            ErrorCode.CONFLICT,
            "kept_by_job",
            "%s is asked by the workflow itself, which only its server can tell: leave --runs-root out"
                .formatted(id));
      }
      return RestAnswer.like(
          people
              .service()
              .act(runId, new RequestAction(RequestAction.Kind.RESPOND, id, answer, by)));
    }
  }

  /** In the folder of the run, as the original does. */
  @Override
  public Path keep(RunDocument run, String page) {
    Path folder = run(run.runId()).path();
    try (OpenFolder open = OpenFolder.at(folder)) {
      open.put(PAGE, page.getBytes(StandardCharsets.UTF_8));
      return folder.resolve(PAGE);
    } catch (IOException e) {
      throw WriteFailure.of(folder.resolve(PAGE), e);
    }
  }

  @Override
  public void close() {
    atCtrlC.close();
    store.close();
    clear();
  }

  /** Removes what this command has put aside. */
  private void clear() {
    try (Stream<Path> files = Files.walk(scratch)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // it lies in the folder for temporary files
    }
  }
}
