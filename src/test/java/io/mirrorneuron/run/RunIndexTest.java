package io.mirrorneuron.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.testing.RunFiles;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunIndexTest {
  @TempDir Path temp;
  private RunStore store;

  @BeforeEach
  void makeStore() {
    store = new RunStore(temp, new RunWriter.Elsewhere());
  }

  private RunIndex index() {
    return RunIndex.of(store, Clock.systemUTC());
  }

  private static RunIndex.Query first(int limit) {
    return query(limit, "", "");
  }

  private static RunIndex.Query query(int limit, String cursor, String status) {
    return new RunIndex.Query(limit, cursor, status, "", "", "", null);
  }

  private void ended(String run, String startedAt) {
    RunFiles.write(temp.resolve(run), "run.json", RunFiles.ended(run, startedAt));
  }

  private static List<String> ids(ObjectNode page) {
    return Json.elements(page.path("data")).map(row -> row.path("run_id").asText()).toList();
  }

  @Test
  void theNumberOfAListGrowsWithEachChangeOfARowAndWithNothingElse() throws IOException {
    ended("a", "2026-06-20T10:00:00Z");
    RunIndex index = index();
    long first = index.seen(first(10)).seq();
    assertThat(index.seen(query(10, "", "failed")).seq()).isEqualTo(first);
    ended("a", "2026-06-20T10:00:00Z"); // another file with the same words
    assertThat(index.seen(first(10)).seq()).isEqualTo(first);

    ended("b", "2026-06-20T10:00:00Z");
    long second = index.seen(query(10, "", "failed")).seq();
    assertThat(second).isGreaterThan(first);
    Files.delete(temp.resolve("b/run.json"));
    long third = index.seen(first(10)).seq();
    assertThat(third).isGreaterThan(second);
    Files.delete(temp.resolve("b"));
    assertThat(index.seen(first(10)).seq()).isGreaterThan(third);
  }

  @Test
  void theNewestRunComesFirst() {
    ended("b", "2026-06-20T10:00:00Z");
    ended("a", "2026-06-20T10:00:00Z");
    ended("old", "2026-06-20T09:00:00.5Z");
    ended("new", "2026-06-20T13:30:00+02:00");

    ObjectNode page = index().list(first(10));

    assertThat(ids(page)).containsExactly("new", "b", "a", "old");
    assertThat(page.path("total").asInt()).isEqualTo(4);
    assertThat(page.has("next")).isFalse();
    assertThat(page.at("/data/1").toString())
        .isEqualTo(
            ("{\"run_id\":\"b\",\"job_id\":null,\"blueprint_id\":\"harbour-report\","
                    + "\"status\":\"completed\",\"submitted_at\":null,"
                    + "\"started_at\":\"2026-06-20T10:00:00Z\","
                    + "\"ended_at\":\"2026-06-20T10:02:05.000Z\",\"trace_id\":\"trc_1\","
                    + "\"run_dir\":\"%s\"}")
                .formatted(store.root().resolve("b")));
  }

  @Test
  void pagesStayTogetherWhileRunsAreAdded() {
    IntStream.range(0, 25)
        .forEach(i -> ended("r%02d".formatted(i), "2026-06-20T10:00:%02dZ".formatted(i / 2)));
    RunIndex index = index();
    List<String> seen = new ArrayList<>();
    ObjectNode page = index.list(first(4));
    seen.addAll(ids(page));
    while (page.has("next")) {
      ended("later" + seen.size(), "2026-06-21T10:00:00Z");
      page = index.list(query(4, page.path("next").asText(), ""));
      seen.addAll(ids(page));
    }

    assertThat(seen)
        .containsExactlyElementsOf(
            IntStream.range(0, 25).mapToObj(i -> "r%02d".formatted(24 - i)).toList());
    assertThat(index.list(first(1)).path("total").asInt()).isEqualTo(31);
  }

  @Test
  void aRunWhoseProgramSaysFailureIsOverInTheList() {
    store.open("f").write("run.json", run("failure", "2026-06-20T09:00:00Z"));
    RunFolder folder = store.open("f");

    assertThat(RunRow.read(folder, null).isOver()).isTrue();
    assertThat(index().list(query(10, "", "failure")).at("/data/0/status").asText())
        .isEqualTo("failure");

    folder.write("job.json", Json.object().put("status", "running")); // the runtime knows better
    assertThat(folder.isOver()).isFalse();
  }

  @Test
  void filtersNarrowTheList() {
    IntStream.range(0, 9).forEach(i -> ended("r" + i, "2026-06-20T1" + i + ":00:00Z"));
    store.open("open").write("run.json", run("waiting_for_human", "2026-06-20T09:00:00Z"));
    store.open("open").write("job.json", Json.object().put("job_id", "j1"));
    RunIndex index = index();

    assertThat(ids(index.list(query(10, "", "WAITING_for_human")))).containsExactly("open");
    ObjectNode page = index.list(query(2, "", "completed"));
    assertThat(page.path("total").asInt()).isEqualTo(9);
    page = index.list(query(2, page.path("next").asText(), "completed"));
    assertThat(ids(page)).containsExactly("r6", "r5");
    assertThat(page.path("total").asInt()).isEqualTo(9);
    assertThat(ids(index.list(new RunIndex.Query(9, "", "", "", "j1", "", null))))
        .containsExactly("open");
    assertThat(ids(index.list(new RunIndex.Query(9, "", "", "harbour-report", "", "r1", null))))
        .containsExactly("r1");
    Instant since = Instant.parse("2026-06-20T17:00:00Z");
    assertThat(ids(index.list(new RunIndex.Query(9, "", "", "", "", "", since))))
        .containsExactly("r8", "r7");
  }

  @Test
  void whatOthersWriteIsSeen() throws IOException {
    RunIndex index = index();
    assertThat(ids(index.list(first(9)))).isEmpty();

    ended("made", "2026-06-20T10:00:00Z");
    RunFiles.write(temp.resolve("open"), "run.json", "{\"status\":\"running\"}");
    assertThat(ids(index.list(first(9)))).containsExactly("open", "made");
    RunFiles.write(temp.resolve("open"), "run.json", "{\"status\":\"completed\"}");
    assertThat(ids(index.list(query(9, "", "running")))).isEmpty();
    assertThat(ids(index.list(query(9, "", "completed")))).containsExactly("open", "made");
    Files.delete(temp.resolve("made/run.json"));
    Files.delete(temp.resolve("made"));
    assertThat(ids(index.list(first(9)))).containsExactly("open");
  }

  @Test
  void whatThisProcessWritesIsSeenAtOnce() {
    RunFolder run = store.open("r1");
    run.write("run.json", run("running", "2026-06-20T10:00:00Z"));
    RunIndex index = index();
    assertThat(index.list(first(9)).at("/data/0/status").asText()).isEqualTo("running");

    run.write("job.json", Json.object().put("status", "failed").put("job_id", "j1"));
    assertThat(index.list(first(9)).at("/data/0/status").asText()).isEqualTo("failed");
    assertThat(ids(index.list(query(9, "", "failed")))).containsExactly("r1");
    assertThat(ids(index.list(query(9, "", "running")))).isEmpty();
  }

  @Test
  void onlyFoldersWithTheNameOfARunCount() throws IOException {
    Files.writeString(temp.resolve("file"), "x");
    Files.createDirectory(temp.resolve(".hidden"));
    Files.createDirectory(temp.resolve("two words"));
    Files.createSymbolicLink(temp.resolve("link"), Files.createDirectory(temp.resolve("empty")));
    RunFiles.write(temp.resolve("broken"), "run.json", "{");

    ObjectNode page = index().list(first(9));

    assertThat(ids(page)).containsExactlyInAnyOrder("empty", "broken");
    assertThat(page.at("/data/0/status").asText()).isEqualTo("unknown");
  }

  @Test
  void aCursorIsOneOfAPage() {
    for (String cursor : List.of("x", "!", "MjAyNg")) {
      assertThatThrownBy(() -> index().list(query(9, cursor, "")))
          .hasMessage("cursor must be the next of a page");
    }
  }

  private static ObjectNode run(String status, String startedAt) {
    return Json.object().put("status", status).put("started_at", startedAt);
  }
}
