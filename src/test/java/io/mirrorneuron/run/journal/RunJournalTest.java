package io.mirrorneuron.run.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.LogLevel;
import io.mirrorneuron.run.folder.EventId;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.journal.RunJournal.Filter;
import io.mirrorneuron.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RunJournalTest {
  private static final Filter ALL = new Filter(EnumSet.allOf(RunLog.class), null);

  @TempDir Path root;
  private RunFolder folder;

  @BeforeEach
  void folder() throws IOException {
    Files.createDirectories(root.resolve("r1"));
    folder = new RunFolder("r1", root.toRealPath().resolve("r1"), name -> {});
  }

  @Test
  void recordsOfAllFilesAreInOneOrderAndCarryTheirNumber() {
    append("events.jsonl", record("2026-01-01T00:00:02Z", "b"));
    append("logs.jsonl", record("2026-01-01T00:00:01Z", "a"), record("2026-01-01T00:00:03Z", "c"));
    List<JsonNode> reported = all(journal());

    assertThat(reported)
        .extracting(one -> one.at("/payload/text").asText())
        .containsExactly("a", "b", "c");
    assertThat(reported)
        .extracting(one -> one.path("id").asText())
        .containsExactly(
            "r1:logs:1:2026-01-01T00:00:01Z:log",
            "r1:events:2:2026-01-01T00:00:02Z:t",
            "r1:logs:3:2026-01-01T00:00:03Z:log");
  }

  @Test
  void anAnswerComesBeforeWhatFollowsFromItInTheSameMoment() {
    String line =
        "{\"ts\":\"2026-01-01T00:00:01Z\",\"text\":\"%1$s\",\"job_id\":\"j\",\"event_id\":\"evt_j_%2$d\",\"seq\":%2$d}\n";
    append("events.jsonl", line.formatted("begun", 8), line.formatted("done", 11));
    append("human.jsonl", line.formatted("asked", 9), line.formatted("answered", 10));

    assertThat(texts(all(journal()))).containsExactly("begun", "asked", "answered", "done");
  }

  @Test
  void theOrderStaysWhenAnOlderRecordComesLate() {
    append("events.jsonl", record("2026-01-01T00:00:02Z", "b"));
    RunJournal journal = journal();
    append("logs.jsonl", record("2026-01-01T00:00:01Z", "a"));
    journal.catchUp();

    assertThat(texts(all(journal))).containsExactly("b", "a");
    assertThat(texts(all(journal()))).containsExactly("b", "a");
  }

  @Test
  void eventsOfProgramsAreToldBehindTheLastOfThem() {
    String relayed = "{\"type\":\"t\",\"job_id\":\"j\",\"event_id\":\"evt_j_1\",\"seq\":1}\n";
    append("events.jsonl", record("2026-01-01T00:00:01Z", "a"), relayed);
    append("logs.jsonl", record("2026-01-01T00:00:02Z", "log"));
    RunJournal journal = journal();
    RunJournal.OfPrograms first = journal.ofPrograms(0, 10, 1 << 20);
    append(
        "events.jsonl", record("2026-01-01T00:00:03Z", "b"), record("2026-01-01T00:00:04Z", "c"));
    journal.catchUp();

    assertThat(texts(first)).containsExactly("a");
    assertThat(first.next()).isEqualTo(3);
    assertThat(texts(journal.ofPrograms(first.next(), 10, 1 << 20))).containsExactly("b", "c");
    assertThat(journal.ofPrograms(first.next(), 1, 1 << 20))
        .satisfies(newest -> assertThat(texts(newest)).containsExactly("c"))
        .returns(5L, RunJournal.OfPrograms::last);
    assertThat(journal.ofPrograms(5, 10, 1 << 20))
        .isEqualTo(new RunJournal.OfPrograms(List.of(), 0, 5));
  }

  @Test
  void whoMayWriteNothingGoesOnInACopy() throws IOException {
    append("events.jsonl", "{\"text\":\"undated\"}\n", record("2026-01-01T00:00:02Z", "b"));
    List<JsonNode> before = all(journal());
    Files.writeString(folder.path().resolve("events.jsonl"), ""); // a program cuts it off
    append("logs.jsonl", record("2026-01-01T00:00:01Z", "c"));
    List<String> files = files();
    Path place = Files.createDirectory(root.resolve("place")).toRealPath();

    RunJournal copy = RunJournal.aside(folder, place);
    copy.catchUp();
    List<JsonNode> aside = all(copy);

    assertThat(aside.subList(0, 2)).isEqualTo(before);
    assertThat(texts(aside)).containsExactly("undated", "b", "c");
    assertThat(files()).isEqualTo(files);
    assertThat(all(journal())).isEqualTo(aside);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(folder.path())) {
      return files.map(file -> file + " " + file.toFile().length()).sorted().toList();
    }
  }

  private static List<String> texts(RunJournal.OfPrograms reported) {
    return reported.events().stream().map(event -> event.path("text").asText()).toList();
  }

  @Test
  void secretsAreHidden() {
    append("logs.jsonl", "{\"message\":\"m\",\"api_token\":\"s3cret\",\"total_tokens\":\"12\"}\n");

    JsonNode payload = all(journal()).getFirst().get("payload");
    assertThat(payload.path("api_token").asText()).isEqualTo("[REDACTED]");
    assertThat(payload.path("total_tokens").asText()).isEqualTo("12");
  }

  @Test
  void brokenLinesAreSkippedAndATornOneIsTakenWhenItIsWhole() {
    append("events.jsonl", "nonsense\n[1]\n" + record("2026-01-01T00:00:01Z", "a") + "{\"type\":");
    RunJournal journal = journal();
    assertThat(texts(all(journal))).containsExactly("a");

    append("events.jsonl", "\"t\",\"text\":\"b\"}\n");
    journal.catchUp();
    assertThat(texts(all(journal))).containsExactly("a", "b");
  }

  @Test
  void idsThatProgramsMakeUpDoNoHarm() {
    for (String id : List.of("j_4294967295", "j_2147483647", "j_99999999999999999999", "j_-1")) {
      append("events.jsonl", madeUp("j", id));
    }
    for (String job : List.of("a b", "a\\nb", "{", "-")) {
      append("events.jsonl", madeUp(job, job + "_1"));
    }
    append("events.jsonl", event(1), event(1));
    RunJournal journal = journal();

    assertThat(numbers(all(journal))).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    assertThat(all(journal())).isEqualTo(all(journal));
    append("events.jsonl", event(2));
    RunJournal again = journal();
    again.catchUp();
    assertThat(numbers(all(again))).endsWith(9L, 10L);
  }

  private static String madeUp(String job, String id) {
    return "{\"type\":\"t\",\"job_id\":\"%s\",\"event_id\":\"evt_%s\"}\n".formatted(job, id);
  }

  @Test
  void equalLinesAreTwoRecords() {
    String line = record("2026-01-01T00:00:01Z", "same");
    append("logs.jsonl", line, line);
    assertThat(texts(all(journal()))).containsExactly("same", "same");
  }

  /** As a client of the original does that follows a job. */
  @Test
  void eventsThatAClientCopiesAreToldOnceAndAsWeRecordedThem() {
    append("events.jsonl", stored(1), event(1), stored(1), event(2), stored(2), stored(3));
    RunJournal journal = journal();
    assertThat(texts(all(journal))).containsExactly("e1", "e2", "stored 3");

    append("events.jsonl", event(3), stored(3), stored(2), event(4));
    journal.catchUp();
    append("events.jsonl", stored(4), stored(5), stored(5), event(6));
    journal.catchUp();

    List<String> once = List.of("e1", "e2", "stored 3", "e4", "stored 5", "e6");
    assertThat(texts(all(journal))).isEqualTo(once);
    append("events.jsonl", event(5), stored(6), stored(4));
    assertThat(texts(all(journal()))).as("by another reader").isEqualTo(once);
    assertThat(journal().ofPrograms(0, 100, 1 << 20).events()).isEmpty();
  }

  @Test
  void whatOnlyLooksLikeACopyIsARecordOfItsOwn() {
    String own =
        "{\"type\":\"%s\",\"job_id\":\"%s\",\"seq\":1,\"timestamp\":\"%s\",\"text\":\"%s\"}\n";
    append(
        "events.jsonl",
        event(1),
        own.formatted("other", "j", "2026-01-01T00:00:30Z", "another type"),
        own.formatted("t", "k", "2026-01-01T00:00:30Z", "another job"),
        own.formatted("t", "j", "2026-01-01T00:00:31Z", "another time"));
    append("logs.jsonl", stored(1).replace("stored 1", "a log"));

    assertThat(texts(all(journal())))
        .containsExactlyInAnyOrder("e1", "another type", "another job", "another time", "a log");
  }

  @Test
  void aLongBatchOfCopiesDoesNotHoldUpWhatFollows() {
    List<String> lines = new ArrayList<>();
    for (int i = 1; i <= 5000; i++) {
      lines.add(event(i));
    }
    append("events.jsonl", lines.toArray(String[]::new));
    RunJournal journal = journal();
    for (int i = 1; i <= 5000; i++) {
      lines.set(i - 1, stored(i));
    }
    append("events.jsonl", lines.toArray(String[]::new));
    append("events.jsonl", event(5001));
    journal.catchUp();

    assertThat(all(journal)).hasSize(5001);
  }

  /** As the store has it, and as a stream of events tells it. */
  private static String stored(int seq) {
    ObjectNode record = Json.object().put("job_id", "j").put("type", "t").put("seq", seq);
    record.put("timestamp", "2026-01-01T00:00:30Z").put("text", "stored " + seq);
    return Records.write(record) + "\n";
  }

  @Test
  void otherProgramsThatPassOverHiddenFilesPassOverTheJournal() throws IOException {
    append("logs.jsonl", record("2026-01-01T00:00:01Z", "a"));
    journal();
    try (Stream<Path> files = Files.list(folder.path().resolve(RunFolder.HIDDEN))) {
      assertThat(files.filter(file -> file.toString().endsWith(".log")))
          .singleElement()
          .extracting(file -> file.getFileName().toString())
          .isEqualTo(".stream-000000000001.log");
    }
  }

  @Test
  void aJournalOfAnEarlierBuildIsGoneOnWith() throws IOException {
    RunJournal small = new RunJournal(folder, 1);
    append("logs.jsonl", record("2026-01-01T00:00:01Z", "a"));
    small.catchUp();
    Path hidden = folder.path().resolve(RunFolder.HIDDEN);
    Files.move(
        hidden.resolve(".stream-000000000001.log"), hidden.resolve("stream-000000000001.log"));
    append("logs.jsonl", record("2026-01-01T00:00:02Z", "b"));
    RunJournal later = new RunJournal(folder, 1);
    later.catchUp();

    assertThat(texts(all(later))).containsExactly("a", "b");
    assertThat(all(later)).extracting(one -> one.path("seq").asInt()).containsExactly(1, 2);
    assertThat(hidden.resolve(".stream-000000000002.log")).isRegularFile();
  }

  @Test
  void aClosedFileThatAProgramGoesOnWritingToIsReadOn() throws IOException {
    append("logs.jsonl", record("2026-01-01T00:00:01Z", "a"));
    RunJournal journal = journal();
    Path closed = folder.path().resolve("logs.001.jsonl");
    Files.move(folder.path().resolve("logs.jsonl"), closed);
    append("logs.jsonl", record("2026-01-01T00:00:02Z", "b"));
    journal.catchUp();
    append("logs.001.jsonl", record("2026-01-01T00:00:03Z", "c"));

    journal.catchUp();
    assertThat(texts(all(journal))).containsExactly("a", "b", "c");
  }

  @Test
  void aLongHistoryIsTakenInStepByStep() {
    for (int i = 0; i < 5; i++) {
      append("logs.jsonl", record("2026-01-01T00:00:01Z", "x").repeat(1000));
    }
    RunJournal journal = new RunJournal(folder, 1 << 20);
    assertThat(journal.advance()).isFalse();
    int some = all(journal).size();
    assertThat(some).isBetween(1, 4999);
    while (!journal.advance()) {
      assertThat(all(journal)).hasSizeGreaterThan(some);
    }
    assertThat(all(journal)).hasSize(5000);
  }

  @Test
  void anEntryThatItsWriterDidNotLiveToFinishIsTakenAgain() throws IOException {
    append(
        "logs.jsonl", "{\"text\":\"a\"}\n", "{\"text\":\"b\",\"more\":{\"and\":{\"more\":1}}}\n");
    List<JsonNode> reported = all(journal());
    Path segment = onlySegment();
    byte[] whole = Files.readAllBytes(segment);
    for (int end = whole.length - 1; whole[end - 1] != '\n'; end--) {
      Files.write(segment, Arrays.copyOf(whole, end));
      assertThat(all(journal())).as("%d bytes", end).isEqualTo(reported);
    }
  }

  @Test
  void theNumbersGoOnWhenTheWriterOfANewSegmentDied() throws IOException {
    RunJournal small = new RunJournal(folder, 1);
    append("logs.jsonl", record("2026-01-01T00:00:01Z", "a"));
    small.catchUp();
    Path next = folder.path().resolve(RunFolder.HIDDEN).resolve(".stream-000000000002.log");
    for (String begun : List.of("", "{\"seq\":1,\"files\"")) {
      Files.writeString(next, begun);
      append("logs.jsonl", record("2026-01-01T00:00:02Z", "b"));
      assertThat(all(journal())).extracting(one -> one.path("seq").asInt()).doesNotHaveDuplicates();
    }
    assertThat(texts(all(journal()))).containsExactly("a", "b", "b");
  }

  private Path onlySegment() throws IOException {
    try (Stream<Path> files = Files.list(folder.path().resolve(RunFolder.HIDDEN))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(".stream-"))
          .reduce((one, other) -> null)
          .orElseThrow();
    }
  }

  @Test
  void aFilterPassesChannelsAndLevels() {
    append(
        "logs.jsonl",
        "{\"level\":\"debug\",\"text\":\"d\"}\n",
        "{\"level\":\"WARN\",\"text\":\"w\"}\n",
        "{\"text\":\"none\"}\n",
        "{\"level\":\"CRITICAL\",\"text\":\"c\"}\n");
    append("events.jsonl", "{\"type\":\"t\",\"level\":\"debug\",\"text\":\"e\"}\n");
    RunJournal journal = journal();

    Filter warnings = new Filter(EnumSet.of(RunLog.LOGS, RunLog.EVENTS), level(LogLevel.WARNING));
    assertThat(texts(reported(journal.page(0, warnings, 10)))).containsExactly("e", "w", "c");
    assertThat(
            journal.last(2, new Filter(EnumSet.of(RunLog.LOGS), level(LogLevel.INFO)), any -> true))
        .extracting(one -> one.path("text").asText())
        .containsExactly("none", "c");
  }

  @Test
  void pagesFollowOneAnother() {
    for (int i = 0; i < 1000; i++) {
      append("events.jsonl", record("2026-01-01T00:00:01Z", "n" + i));
    }
    RunJournal journal = journal();
    List<String> texts = new ArrayList<>();
    long after = 0;
    RunJournal.Page page;
    do {
      page = journal.page(after, ALL, 7);
      texts.addAll(texts(reported(page)));
      after = page.next();
    } while (!page.complete());
    assertThat(texts).hasSize(1000).doesNotHaveDuplicates();
    assertThat(
            texts(journal.last(3, ALL, any -> true).stream().map(p -> (JsonNode) p).toList(), ""))
        .containsExactly("n997", "n998", "n999");
  }

  /**
   * Programs append, rotate, compress, cut short, rewrite and replace the files of a log, the
   * runtime writes lost events again, readers of two processes take the news in, and any of them
   * may be killed in the middle of a write: each record is told once.
   */
  @ParameterizedTest
  @MethodSource("seeds")
  void eachRecordIsReportedOnce(long seed) throws IOException {
    Random random = new Random(seed);
    List<String> written = new ArrayList<>();
    List<String> live = new ArrayList<>();
    int segment = 0;
    int jobSeq = 0;
    RunJournal[] readers = {small(), small()};
    for (int i = 0; i < 120; i++) {
      RunJournal reader = readers[random.nextInt(2)];
      switch (random.nextInt(12)) {
        case 0 -> {
          reader.catchUp();
          if (!live.isEmpty()) {
            String name = "events.%03d.jsonl".formatted(++segment);
            Files.move(file("events.jsonl"), file(name));
            live.clear();
            if (random.nextBoolean()) {
              gzip(file(name));
            }
          }
        }
        case 1 -> {
          reader.catchUp();
          rewrite(live, random, written, false);
        }
        case 2 -> {
          reader.catchUp();
          rewrite(live, random, written, true);
        }
        case 3 -> readers[random.nextInt(2)] = small();
        case 4 -> tear(random);
        case 5 -> append("events.jsonl", "torn by a crash\n");
        case 6 -> {
          String again = event(1 + random.nextInt(Math.max(1, jobSeq)));
          append("events.jsonl", again);
          if (jobSeq == 0) {
            jobSeq = 1;
            written.add(again);
          }
          live.add(again);
        }
        case 7 -> {
          String next = event(++jobSeq);
          append("events.jsonl", next);
          written.add(next);
          live.add(next);
        }
        case 8 -> reader.catchUp();
        default -> {
          String line = record("2026-01-01T00:00:%02dZ".formatted(i % 60), "n" + i);
          append("events.jsonl", line);
          written.add(line);
          live.add(line);
        }
      }
    }
    RunJournal last = small();
    last.catchUp();
    Map<String, Integer> reported = new HashMap<>();
    all(last)
        .forEach(one -> reported.merge(Records.write(one.get("payload")) + "\n", 1, Integer::sum));
    for (String line : written) {
      assertThat(reported).as("seed %d", seed).containsEntry(line, 1);
    }
    assertThat(reported).as("seed %d", seed).hasSize(Set.copyOf(written).size());
    assertThat(numbers(all(last))).isSorted().doesNotHaveDuplicates();
  }

  static Stream<Long> seeds() {
    return Stream.iterate(1L, seed -> seed + 1).limit(80);
  }

  private void rewrite(List<String> live, Random random, List<String> written, boolean replace)
      throws IOException {
    List<String> kept = new ArrayList<>(live.subList(random.nextInt(live.size() + 1), live.size()));
    String own =
        record("2026-01-01T00:01:00Z", "own" + random.nextInt() + "x".repeat(random.nextInt(300)));
    kept.add(own);
    written.add(own);
    live.clear();
    live.addAll(kept);
    byte[] bytes = String.join("", kept).getBytes(StandardCharsets.UTF_8);
    if (replace) {
      Files.write(file("new"), bytes);
      Files.move(
          file("new"), file("events.jsonl"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } else {
      Files.write(file("events.jsonl"), bytes);
    }
  }

  /** What a kill in the middle of an append leaves of the journal. */
  private void tear(Random random) throws IOException {
    Path hidden = folder.path().resolve(RunFolder.HIDDEN);
    if (!Files.isDirectory(hidden)) {
      return;
    }
    try (Stream<Path> files = Files.list(hidden)) {
      var segments = files.filter(f -> f.toString().contains("stream-")).sorted().toList();
      if (!segments.isEmpty()) {
        Files.writeString(
            segments.getLast(),
            "99 events 0 (dev=1 1 ff".substring(0, 1 + random.nextInt(20)),
            StandardOpenOption.APPEND);
      }
    }
  }

  private static void gzip(Path file) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(Files.readAllBytes(file));
    }
    Files.write(file.resolveSibling(file.getFileName() + ".gz"), packed.toByteArray());
    Files.delete(file);
  }

  private RunJournal small() {
    return new RunJournal(folder, 50_000);
  }

  private RunJournal journal() {
    RunJournal journal = new RunJournal(folder);
    journal.catchUp();
    return journal;
  }

  private Path file(String name) {
    return folder.path().resolve(name);
  }

  private void append(String name, String... lines) {
    try {
      Files.writeString(
          file(name), String.join("", lines), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String record(String ts, String text) {
    ObjectNode record = Json.object().put("text", text).put("ts", ts).put("type", "t");
    return Records.write(record) + "\n";
  }

  private static String event(int seq) {
    ObjectNode record = Json.object().put("job_id", "j").put("type", "t");
    record.put("ts", "2026-01-01T00:00:30Z");
    record.put("event_id", new EventId("j", seq).toString()).put("text", "e" + seq);
    return Records.write(record) + "\n";
  }

  private static List<JsonNode> all(RunJournal journal) {
    List<JsonNode> all = new ArrayList<>();
    long after = 0;
    RunJournal.Page page;
    do {
      page = journal.page(after, ALL, 100);
      all.addAll(reported(page));
      after = page.next();
    } while (!page.complete());
    return all;
  }

  private static List<JsonNode> reported(RunJournal.Page page) {
    return page.entries().stream()
        .map(entry -> new String(entry.json(), StandardCharsets.UTF_8))
        .map(envelope -> (JsonNode) Json.parseObject(envelope, "x"))
        .toList();
  }

  private static List<String> texts(List<JsonNode> reported) {
    return texts(reported, "/payload");
  }

  private static List<String> texts(List<JsonNode> reported, String at) {
    return reported.stream().map(one -> one.at(at + "/text").asText()).toList();
  }

  private static List<Long> numbers(List<JsonNode> reported) {
    return reported.stream().map(one -> one.path("seq").asLong()).toList();
  }

  private static LogFilter level(LogLevel level) {
    return new LogFilter(level, null, null, null);
  }

  private List<String> found(LogFilter filter) {
    return journal().last(9, new Filter(EnumSet.of(RunLog.LOGS), filter), any -> true).stream()
        .map(record -> record.get("message").asText())
        .toList();
  }

  @Test
  void logRecordsAreFoundByStepStreamLevelAndText() {
    append(
        "logs.jsonl",
        "{\"message\":\"One begins\",\"stream\":\"stdout\",\"step_id\":\"fetch\",\"agent_id\":\"a\"}\n");
    append(
        "logs.jsonl",
        "{\"message\":\"two\",\"stream\":\"stderr\",\"step_id\":\"fetch[1]\",\"level\":\"WARNING\"}\n");
    append(
        "logs.jsonl",
        "{\"message\":\"three\",\"stream\":\"stderr\",\"step_id\":\"fetcher\",\"level\":\"ERROR\"}\n");
    append("logs.jsonl", "{\"message\":\"of a library\",\"component\":\"x\"}\n");
    append("logs.jsonl", "{\"message\":\"no step\",\"agent_id\":\"fetch\"}\n");
    journal().catchUp();

    assertThat(found(new LogFilter(null, "fetch", null, null)))
        .containsExactly("One begins", "two", "no step");
    assertThat(found(new LogFilter(null, "fetch[1]", null, null))).containsExactly("two");
    assertThat(found(new LogFilter(null, "a", null, null))).isEmpty();
    assertThat(found(new LogFilter(null, null, "stderr", null))).containsExactly("two", "three");
    assertThat(found(new LogFilter(LogLevel.ERROR, null, null, null))).containsExactly("three");
    assertThat(found(new LogFilter(null, null, null, "ONE BEG"))).containsExactly("One begins");
    assertThat(found(new LogFilter(LogLevel.WARNING, "fetch", "stderr", "w")))
        .containsExactly("two");
  }
}
