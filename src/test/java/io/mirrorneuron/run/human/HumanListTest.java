package io.mirrorneuron.run.human;

import static io.mirrorneuron.run.human.Scene.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.human.HumanInbox.HumanList;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HumanListTest {
  @TempDir Path root;
  private Scene scene;

  @AfterEach
  void close() {
    scene.close();
  }

  @BeforeEach
  void open() {
    scene = new Scene(root);
    scene.run("r");
  }

  private ObjectNode list(String status) {
    return HumanList.of("r", scene.logs.look(scene.store.find("r")), status, scene.clock.instant());
  }

  private List<String> data(String status) {
    return Json.elements(list(status).path("data"))
        .map(one -> one.path("type").asText() + " " + one.at("/payload/request_id").asText(""))
        .toList();
  }

  private List<String> requests(String status) {
    return Json.elements(list(status).path("requests"))
        .map(one -> one.path("request_id").asText() + " " + one.path("status").asText())
        .toList();
  }

  @Test
  void aRunWithoutPeopleIsEmpty() {
    assertThat(list(null)).isEqualTo(json("{'run_id': 'r', 'data': [], 'requests': []}"));
  }

  @Test
  void aStatusPicksRecordsAndRequests() {
    scene.ask("r", "{'request_id': 'a', 'status': 'pending'}");
    scene.ask("r", "{'request_id': 'b', 'timeout_seconds': 60}");
    scene.ask("r", "{'request_id': 'c'}");
    scene.program("r", RunLog.HUMAN, "human_notice", "{'status': 'Info'}");
    scene.claim("r", "a", "{'by': 'ada', 'lease_seconds': 600}", null, null);
    scene.answer("r", "c", "{'decision': 'ok'}");
    scene.clock.turn(Duration.ofSeconds(60));

    assertThat(requests(null)).containsExactly("a claimed", "b overdue", "c answered");
    assertThat(requests("pending")).containsExactly("a claimed", "b overdue");
    assertThat(data("PENDING"))
        .containsExactly("human_input_requested a", "human_input_requested b");
    assertThat(data("claimed")).containsExactly("human_input_requested a");
    assertThat(data("overdue")).containsExactly("human_input_requested b");
    assertThat(data("answered")).containsExactly("human_input_received c");
    assertThat(data("info")).containsExactly("human_notice ");
    assertThat(data("nothing")).isEmpty();
    assertThat(data(null)).hasSize(6);
  }

  @Test
  void recordsOfBothFilesComeOnceAndByTime() {
    String one =
        "{'ts':'2026-06-20T10:00:02Z','span_id':'s1','type':'human_input_requested','channel':"
            + "'human','payload':{'request_id':'a'}}\n";
    String copy = one.replace("10:00:02Z", "10:00:02+00:00").replace("'a'}", "'a'},'more':1");
    String only =
        "{'ts':'2026-06-20T10:00:01Z','type':'human_input_requested','channel':'human',"
            + "'payload':{'request_id':'b','password':'x'}}\n";
    String other = "{'ts':'2026-06-20T10:00:01Z','type':'other','payload':{'text':'human'}}\n";
    write("human.jsonl", one + "{torn");
    write("events.jsonl", copy + only + only.replace("'x'", "'[REDACTED]'") + other);

    assertThat(data(null)).containsExactly("human_input_requested b", "human_input_requested a");
    assertThat(data("pending")).hasSize(2);
    assertThat(Json.write(list(null))).doesNotContain("\"x\"");
  }

  @Test
  void copiesThatTheRuntimeMadeDoNotAskAgain() {
    scene.ask("r", "{'request_id': 'a'}");
    scene.program("r", RunLog.EVENTS, "human_input_requested", "{'request_id': 'b'}");
    scene.clock.turn(Duration.ofSeconds(1));
    scene.answer("r", "a", "{'decision': 'ok'}");
    scene.answer("r", "b", "{'decision': 'ok'}");
    write(
        "events.jsonl",
        """
        {'ts':'2026-06-20T10:00:00.1Z','type':'human_input_requested','channel':'human','payload':{'request_id':'b','node':'n'}}
        {'ts':'2026-06-20T10:09:00Z','type':'human_input_requested','channel':'human','payload':{'request_id':'a','node':'n'}}
        """);

    assertThat(requests(null)).containsExactly("a answered", "b answered");
  }

  @Test
  void aProgramThatAsksAgainAsksTheSameUnlessItsWordsDiffer() {
    scene.ask("r", "{'request_id': 'a', 'prompt': 'one'}");
    scene.answer("r", "a", "{'decision': 'ok'}");
    scene.ask("r", "{'request_id': 'a', 'prompt': 'one'}");
    assertThat(requests(null)).containsExactly("a answered");

    scene.ask("r", "{'request_id': 'a', 'prompt': 'two'}");
    assertThat(requests(null)).containsExactly("a pending");
  }

  @Test
  void whatProgramsCloseIsClosed() {
    scene.ask("r", "{'request_id': 'a'}");
    scene.ask("r", "{'request_id': 'b'}");
    scene.ask("r", "{'request_id': 'c'}");
    scene.program("r", RunLog.HUMAN, "human_input_timeout", "{'request_id': 'a'}");
    scene.program("r", RunLog.EVENTS, "human_decision_applied", "{'request_id': 'b'}");

    assertThat(requests(null)).containsExactly("a timed_out", "b answered", "c pending");
    assertThat(data("pending")).containsExactly("human_input_requested c");
  }

  @Test
  void whatNobodyAnsweredBeforeTheEndIsNoLongerPending() {
    scene.ask("r", "{'request_id': 'a', 'timeout_seconds': 1}");
    scene.ask("r", "{'request_id': 'b'}");
    scene.ask("r", "{'request_id': 'c'}");
    scene.answer("r", "b", "{'decision': 'ok'}");
    scene.claim("r", "c", "{'by': 'ada', 'lease_seconds': 600}", null, null);
    scene.store.find("r").write("job.json", json("{'status': 'failed'}"));
    scene.clock.turn(Duration.ofSeconds(5));

    assertThat(requests(null)).containsExactly("a run_over", "b answered", "c run_over");
    for (String open : List.of("pending", "claimed", "overdue")) {
      assertThat(requests(open)).as(open).isEmpty();
      assertThat(data(open)).as(open).isEmpty();
    }
    assertThat(requests("run_over")).containsExactly("a run_over", "c run_over");
    assertThat(data("RUN_OVER"))
        .containsExactly("human_input_requested a", "human_input_requested c");
    assertThat(list(null).at("/requests/2/claim").isNull()).isTrue();
    assertThat(data(null)).hasSize(5);
  }

  @Test
  void aRunThatGoesOnAgainAsksAgain() {
    scene.ask("r", "{'request_id': 'a'}");
    scene.store.find("r").write("job.json", json("{'status': 'completed'}"));
    assertThat(requests(null)).containsExactly("a run_over");

    scene.store.find("r").write("job.json", json("{'status': 'running'}"));

    assertThat(requests(null)).containsExactly("a pending");
    scene.answer("r", "a", "{'decision': 'ok'}");
    assertThat(requests(null)).containsExactly("a answered");
  }

  @Test
  void aRequestTellsItsFormItsTimeAndItsDefaultButNoSecrets() {
    scene.ask(
        "r",
        """
        {'request_id': 'a', 'title': 'Key?', 'timeout_seconds': 1.5, 'approvals_required': 2,
         'schema': {'type': 'object', 'properties': {'api_key': {'type': 'string'}}},
         'default': {'decision': 'skip', 'api_key': 's3cret'}}
        """);

    JsonNode request = list(null).path("requests").get(0);

    assertThat(request.path("prompt").asText()).isEqualTo("Key?");
    assertThat(request.path("requested_at").asText()).isEqualTo("2026-06-20T10:00:00.000Z");
    assertThat(request.path("due_at").asText()).isEqualTo("2026-06-20T10:00:01.500Z");
    assertThat(request.at("/default/api_key").asText()).isEqualTo("[REDACTED]");
    assertThat(request.at("/form/properties/api_key/type").asText()).isEqualTo("string");
    assertThat(request.path("approvals_required").asInt()).isEqualTo(2);
    JsonNode payload = list(null).at("/data/0/payload");
    assertThat(payload.at("/schema/properties/api_key/type").asText()).isEqualTo("string");
    assertThat(payload.at("/default/api_key").asText()).isEqualTo("[REDACTED]");
  }

  @Test
  void aPromptThatIsJsonHidesItsSecrets() {
    scene.ask("r", "{'request_id': 'a', 'prompt': '{\\'apiKey\\': \\'s3cret\\'}'}");

    assertThat(list(null).at("/requests/0/prompt").asText())
        .isEqualTo("{\"apiKey\":\"[REDACTED]\"}");
    assertThat(Json.write(list(null))).doesNotContain("s3cret");
  }

  @Test
  void whatIsShownHasTheHashThatAnyoneCanMake() {
    scene.ask("r", "{'request_id': 'a', 'prompt': 'Grüße?', 'n': [1, {'b': 2, 'a': null}]}");

    // printf '%s' '{"n":[1,{"a":null,"b":2}],"prompt":"Grüße?","request_id":"a"}' | sha256sum
    assertThat(list(null).at("/requests/0/shown_sha256").asText())
        .isEqualTo("0d06f0fcc052cd2f7dc435f1f1787c801c172559fc31ab271d0945be98d5e7f8");
  }

  private void write(String file, String lines) {
    Scene.write(root.resolve("r").resolve(file), lines.replace('\'', '"'));
  }

  @Test
  void aFormIsShownInTheOrderOfItsAuthor() {
    scene.ask(
        "r",
        """
        {'request_id': 'q', 'form_fields': ['zeta', 'gone', 'alpha'],
         'form': {'required': ['alpha'], 'properties': {'alpha': {}, 'more': {}, 'zeta': {'type': 'string'}}}}
        """);

    assertThat(scene.inbox.ofRun("r", null).at("/requests/0/form"))
        .hasToString(
            "{\"required\":[\"alpha\"],\"properties\":{\"zeta\":{\"type\":\"string\"},\"alpha\":{},\"more\":{}}}");
  }
}
