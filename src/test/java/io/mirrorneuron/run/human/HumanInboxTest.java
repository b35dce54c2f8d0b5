package io.mirrorneuron.run.human;

import static io.mirrorneuron.run.human.Scene.json;
import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.RunBacklog;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HumanInboxTest {
  @TempDir Path root;
  private Scene scene;

  @AfterEach
  void close() {
    scene.close();
  }

  @BeforeEach
  void open() {
    scene = new Scene(root);
    for (String run : List.of("a", "b", "c")) {
      scene.run(run);
      scene.clock.turn(Duration.ofSeconds(10));
    }
    scene.ask("a", "{'request_id': 'q1', 'timeout_seconds': 500}");
    scene.clock.turn(Duration.ofSeconds(10));
    scene.ask("b", "{'request_id': 'q2', 'timeout_seconds': 100}");
    scene.clock.turn(Duration.ofSeconds(10));
    scene.ask("c", "{'request_id': 'q3'}");
  }

  private static HumanInbox.Query everything() {
    return new HumanInbox.Query("pending", false, 50, null, null, null, null);
  }

  private static HumanInbox.Query of(String status, boolean due, String run, String by) {
    return new HumanInbox.Query(status, due, 50, null, run, null, by);
  }

  private List<String> ids(HumanInbox.Query query) {
    return ids(scene.inbox.page(query));
  }

  private static List<String> ids(ObjectNode page) {
    return Json.elements(page.path("data")).map(one -> one.path("request_id").asText()).toList();
  }

  @Test
  void theNewestIsFirstOrWhatIsDueFirst() {
    assertThat(ids(everything())).containsExactly("q3", "q2", "q1");
    assertThat(ids(of("pending", true, null, null))).containsExactly("q2", "q1", "q3");
  }

  @Test
  void anItemNamesItsRunAndBlueprint() {
    ObjectNode page = scene.inbox.page(of("pending", false, "b", null));

    assertThat(page.at("/data/0/run_id").asText()).isEqualTo("b");
    assertThat(page.at("/data/0/blueprint_id").asText()).isEqualTo("bp");
    assertThat(page.path("data")).hasSize(1);
    assertThat(ids(new HumanInbox.Query("pending", false, 50, null, null, "other", null)))
        .isEmpty();
  }

  @Test
  void whatIsDecidedHereIsGoneAtOnceAndWhatIsClaimedIsFound() {
    ids(everything());
    scene.claim("a", "q1", "{}", "ada", null);
    scene.answer("b", "q2", "{'decision': 'ok'}");

    assertThat(ids(everything())).containsExactly("q3", "q1");
    assertThat(ids(of("claimed", false, null, null))).containsExactly("q1");
    assertThat(ids(of("pending", false, null, "ada"))).containsExactly("q1");
    assertThat(ids(of("pending", false, null, "bob"))).isEmpty();
  }

  @Test
  void whatProgramsAndOtherServersWriteIsFoundWithinASecond() {
    ids(everything());
    try (Scene other = new Scene(root, scene.clock)) {
      other.run("new");
      other.ask("new", "{'request_id': 'q4'}");
      other.program("b", RunLog.HUMAN, "human_input_received", "{'request_id': 'q2'}");
      other.store.find("c").write("job.json", json("{'status': 'completed'}"));
    }

    scene.clock.turn(Duration.ofSeconds(1));

    assertThat(ids(everything())).containsExactly("q4", "q1");
  }

  private void job(String type, String requestId) {
    ObjectNode record = Json.object().put("ts", Json.timestamp(scene.clock.instant()));
    record.put("run_id", "a").put("event_id", "e").put("channel", "human").put("type", type);
    record.putObject("payload").put("request_id", requestId);
    Scene.write(root.resolve("a/human.jsonl"), Json.write(record) + "\n");
  }

  @Test
  void whatAJobWasAnsweredIsGoneAlsoWhenAnEarlierProcessTookTheAnswer() throws Exception {
    job("human_input_requested", "of-job");
    RunBacklog backlog = new RunBacklog();
    CompletableFuture<Void> search = new CompletableFuture<>();
    backlog.awaits(search);
    List<String> shown = new ArrayList<>();
    try (RunStore store = new RunStore(root, backlog)) {
      HumanInbox inbox = new HumanInbox(store, new HumanLogs(), scene.clock);
      Thread reader = Thread.ofPlatform().start(() -> shown.addAll(ids(inbox.page(everything()))));
      eventually("the reader waits", () -> reader.getState() == Thread.State.TIMED_WAITING);
      backlog.add("a");
      search.complete(null);
      List<String> batch = backlog.next(Duration.ZERO);
      job("human_input_received", "of-job");
      backlog.written(batch);
      reader.join();
    }

    assertThat(shown).containsExactly("q3", "q2", "q1");
  }

  @Test
  void aRunThatIsOverIsNotListed() {
    ids(everything());
    scene.store.find("a").write("job.json", json("{'status': 'cancelled'}"));
    scene.store.find("c").write("job.json", json("{'status': 'failed'}"));

    assertThat(ids(everything())).containsExactly("q2");
    scene.store.find("c").write("job.json", json("{'status': 'running'}"));
    assertThat(ids(everything())).containsExactly("q3", "q2");
  }

  @Test
  void overdueIsWhatTheClockHasNotClosedYet() {
    scene.clock.turn(Duration.ofSeconds(200));

    assertThat(ids(of("overdue", true, null, null))).containsExactly("q2");
  }

  @Test
  void pagesGoOnWhereTheOneBeforeEndedWhateverHappensMeanwhile() {
    for (int i = 0; i < 20; i++) {
      scene.ask("a", "{'request_id': 'more %d %d'}".formatted(i % 2, i));
    }
    List<String> all = ids(everything());
    for (boolean due : List.of(false, true)) {
      List<String> read = new ArrayList<>();
      String cursor = null;
      do {
        ObjectNode page =
            scene.inbox.page(new HumanInbox.Query("pending", due, 3, cursor, null, null, null));
        read.addAll(ids(page));
        cursor = page.path("next").textValue();
        scene.ask("b", "{'request_id': 'late %s %d'}".formatted(due, read.size()));
        scene.clock.turn(Duration.ofSeconds(2));
      } while (cursor != null);
      assertThat(read).doesNotHaveDuplicates().containsAll(all);
    }
  }

  @Test
  void aCursorThatIsNoneIsRefused() {
    for (String cursor : List.of("%", "YQ", "YSBi")) {
      assertThatThrownBy(
              () ->
                  scene.inbox.page(
                      new HumanInbox.Query("pending", false, 3, cursor, null, null, null)))
          .hasMessage("invalid cursor");
    }
  }
}
