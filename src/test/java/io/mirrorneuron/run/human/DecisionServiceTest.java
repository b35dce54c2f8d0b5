package io.mirrorneuron.run.human;

import static io.mirrorneuron.run.human.Scene.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecisionServiceTest {
  private static final String ASKED =
      "{'request_id': 'q', 'prompt': 'Send?', 'allowed_decisions': ['approve', 'reject']}";

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

  @Test
  void anAnswerIsInAllThreeFilesAndKeepsItsSecretsToTheProgram() {
    scene.ask("r", ASKED);

    ObjectNode record =
        scene.answer("r", "q", "{'decision': 'approve', 'api_key': 's3cret', 'request_id': 'x'}");

    assertThat(scene.lines("r", "human.jsonl").getLast()).isEqualTo(record);
    JsonNode payload = record.path("payload");
    assertThat(payload.path("request_id").asText()).isEqualTo("q");
    assertThat(payload.path("approved").asBoolean()).isTrue();
    assertThat(payload.path("by").asText()).isEqualTo("anonymous");
    assertThat(payload.path("api_key").asText()).isEqualTo("s3cret");
    assertThat(payload.path("submitted_at").asText()).isEqualTo("2026-06-20T10:00:00.000Z");
    assertThat(payload.path("shown_sha256").asText()).hasSize(64);
    assertThat(record.path("trace_id").asText()).isEqualTo("trc_1");
    assertThat(record.path("blueprint_id").asText()).isEqualTo("bp");
    ObjectNode event = scene.lines("r", "events.jsonl").getLast();
    assertThat(event.path("type").asText()).isEqualTo("human_input_received");
    assertThat(event.at("/payload/api_key").asText()).isEqualTo("[REDACTED]");
    ObjectNode line = scene.lines("r", "timeline.jsonl").getLast();
    assertThat(line.path("schema_version").asText()).isEqualTo("mn.timeline.v1");
    assertThat(line.path("phase").asText()).isEqualTo("human");
    assertThat(line.path("summary").asText()).isEqualTo("Request q answered by anonymous: approve");
    assertThat(line.at("/details/api_key").asText()).isEqualTo("[REDACTED]");
  }

  @ParameterizedTest
  @CsvSource({
    "{'decision': 'approve'}, true",
    "{'decision': 'APPROVE'}, true",
    "{'decision': 'approved'}, false",
    "{'decision': 'yes'}, false",
    "{'decision': 'no'; 'approved': true}, true",
    "{}, false"
  })
  void approvedIsWhatWasSentElseWhetherTheDecisionIsApprove(String body, boolean approved) {
    scene.ask("r", "{'request_id': 'q'}");

    ObjectNode record = scene.answer("r", "q", body.replace(';', ','));

    assertThat(record.at("/payload/approved").asBoolean()).isEqualTo(approved);
  }

  @Test
  void theSameAnswerAgainIsTheSameRecordAndAnotherIsRefused() {
    scene.ask("r", ASKED);
    ObjectNode first = scene.answer("r", "q", "{'decision': 'approve', 'by': 'ada'}");
    scene.clock.turn(Duration.ofMinutes(1));

    assertThat(scene.answer("r", "q", "{'decision': 'approve', 'by': 'ada'}")).isEqualTo(first);
    assertConflict(
        "already_answered", () -> scene.answer("r", "q", "{'decision': 'reject', 'by': 'ada'}"));
    assertConflict(
        "already_answered", () -> scene.answer("r", "q", "{'decision': 'approve', 'by': 'bob'}"));
    assertThat(scene.types("r", "human.jsonl"))
        .containsExactly("human_input_requested", "human_input_received");
  }

  @Test
  void whatNobodyAskedIsNotFound() {
    scene.ask("r", ASKED);

    assertFails(ErrorCode.NOT_FOUND, "run not found", () -> scene.answer("no", "q", "{}"));
    assertFails(ErrorCode.NOT_FOUND, "request p was not found", () -> scene.answer("r", "p", "{}"));
    assertFails(ErrorCode.MALFORMED, "invalid run id", () -> scene.answer("../r", "q", "{}"));
    assertFails(
        ErrorCode.NOT_FOUND,
        "notice q was not found",
        () -> scene.acknowledge("r", "q", "{}", null, null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'decision': 'perhaps'} | literal_error body.decision",
        "{} | missing body.decision",
        "{'decision': 'approve'} | missing body.amount",
        "{'decision': 'approve', 'amount': 'much'} | type_error body.amount",
        "{'decision': 'approve', 'amount': 0} | greater_than_equal body.amount",
      })
  void anAnswerThatDoesNotFitIsRefusedWithItsFaults(String body, String fault) {
    scene.ask(
        "r",
        """
        {'request_id': 'q', 'allowed_decisions': ['approve', 'reject'],
         'form': {'type': 'object', 'required': ['amount'], 'additionalProperties': false,
                  'properties': {'amount': {'type': 'integer', 'minimum': 1}}}}
        """);

    assertThatThrownBy(() -> scene.answer("r", "q", body))
        .isInstanceOfSatisfying(
            MnException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.INVALID);
              assertThat(e.validation()).isNotEmpty();
              assertThat(e.validation())
                  .anySatisfy(
                      one ->
                          assertThat(one.path("type").asText() + " " + location(one))
                              .isEqualTo(fault));
            });
    assertThat(scene.types("r", "human.jsonl")).hasSize(1);
    assertThat(scene.answer("r", "q", "{'decision': 'approve', 'by': 'ada', 'amount': 7}"))
        .isNotNull();
  }

  private static String location(JsonNode fault) {
    return String.join(".", Json.elements(fault.path("loc")).map(JsonNode::asText).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"{'$ref': 'http://127.0.0.1:9/s'}", "{'$ref': '#'}", "{'type': 7}"})
  void aFormThatIsNoSchemaIsToldAsSuch(String form) {
    scene.ask("r", "{'request_id': 'q', 'form': " + form + "}");

    assertThatThrownBy(() -> scene.answer("r", "q", "{'a': 1}")).isInstanceOf(MnException.class);
    assertThat(scene.types("r", "human.jsonl")).hasSize(1);
  }

  @Test
  void aDefaultThatIsNotAllowedIsRefusedWhenItIsAsked() {
    scene.ask(
        "r",
        "{'request_id': 'q', 'allowed_decisions': ['yes', 'no'], 'default': 'maybe',"
            + " 'timeout_seconds': 1}");

    JsonNode asked = scene.inbox.ofRun("r", null).at("/requests/0");
    assertThat(asked.path("default").isNull()).isTrue();
    assertThat(asked.at("/faults/0").asText()).contains("maybe", "yes, no");
    scene.tick();
    scene.tick();
    assertThat(scene.types("r", "human.jsonl"))
        .as("told once")
        .containsExactly("human_input_requested", "human_default_refused");
    scene.clock.turn(Duration.ofSeconds(2));
    scene.tick();
    assertThat(scene.types("r", "human.jsonl"))
        .containsExactly("human_input_requested", "human_default_refused", "human_input_timeout");
  }

  @Test
  void eachQuestionWhoseDefaultIsRefusedIsToldInTheLogOfItsRun() {
    scene.ask("r", "{'request_id': 'q', 'allowed_decisions': ['yes', 'no'], 'default': 'maybe'}");
    scene.ask("r", "{'request_id': 'fine', 'allowed_decisions': ['yes'], 'default': 'yes'}");
    scene.tick();

    for (String log : List.of("human.jsonl", "events.jsonl")) {
      ObjectNode reported = scene.lines("r", log).getLast();
      assertThat(reported.path("type").asText()).as(log).isEqualTo("human_default_refused");
      assertThat(reported.at("/payload/request_id").asText()).isEqualTo("q");
      assertThat(reported.at("/payload/reason").asText()).contains("maybe", "yes, no");
    }
    assertThat(scene.types("r", "timeline.jsonl")).containsExactly("human_default_refused");
    try (Scene next = new Scene(root, scene.clock)) { // a server that starts later
      next.tick();
    }
    assertThat(scene.types("r", "events.jsonl")).containsExactly("human_default_refused");
    scene.ask("r", "{'request_id': 'q', 'allowed_decisions': ['yes', 'no'], 'default': 'ok'}");
    scene.tick();
    assertThat(scene.lines("r", "events.jsonl").getLast().at("/payload/reason").asText())
        .contains("ok");
    assertThat(scene.answer("r", "q", "{'decision': 'yes', 'by': 'ada'}")).isNotNull();
  }

  @Test
  void aFormThatCannotBeUsedIsToldInWords() {
    scene.ask("r", "{'request_id': 'q', 'form': {'properties': {'n': {'type': 'strng'}}}}");
    scene.ask("r", "{'request_id': 'p', 'form': 'amount'}");
    scene.ask("r", "{'request_id': 's', 'form': {'$ref': 'http://127.0.0.1:9/s'}}");

    scene.ask("r", "{'request_id': 't', 'form': {'type': 'array'}}");
    scene.ask("r", "{'request_id': 'u', 'form': {'type': ['object', 'null']}}");

    JsonNode asked = scene.inbox.ofRun("r", null).path("requests");
    assertThat(asked.at("/3/faults/0").asText())
        .startsWith("The form is not for an object but for the type \"array\"");
    assertThat(asked.at("/4").has("faults")).isFalse();
    assertThat(asked.at("/0/faults/0").asText())
        .startsWith("The form has a fault, so no value may fit where it is")
        .contains("\"strng\"");
    assertThat(scene.answer("r", "q", "{'decision': 'approve'}")).isNotNull();
    assertThatThrownBy(() -> scene.answer("r", "s", "{'decision': 'approve'}"))
        .isInstanceOf(MnException.class);
    assertThat(asked.at("/1/faults/0").asText()).startsWith("The form is no JSON object");
    assertThat(asked.at("/2/faults/0").asText()).startsWith("The form cannot be used");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'request_id': 'q', 'allowed_decisions': 'approve'} | no list of texts, so any decision is accepted.",
        "{'request_id': 'q', 'allowed_decisions': {'a': 1}} | no list of texts, so any decision is accepted.",
        "{'request_id': 'q', 'allowed_decisions': ['yes', 7]} | no list of texts, so only these count: yes.",
        "{'request_id': 'q', 'timeout_seconds': 'soon'} | The timeout_seconds are no number from 0 to 315360000",
        "{'request_id': 'q', 'timeout_seconds': -1} | The timeout_seconds are no number from 0 to 315360000",
        "{'request_id': 'q', 'timeout_seconds': 1e12} | The timeout_seconds are no number from 0 to 315360000",
        "{'request_id': 'q', 'due_at': 'soon'} | The due_at is no time",
      })
  void aFieldOfNoUseIsAFault(String field, String fault) {
    scene.ask("r", field);
    JsonNode faults = scene.inbox.ofRun("r", null).at("/requests/0/faults");
    assertThat(faults).hasSize(1);
    assertThat(faults.get(0).asText()).contains(fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'request_id': 'q', 'allowed_decisions': ['yes']}",
        "{'request_id': 'q', 'allowed_decisions': []}",
        "{'request_id': 'q', 'allowed_decisions': null}",
        "{'request_id': 'q', 'timeout_seconds': 0}",
        "{'request_id': 'q', 'timeout_seconds': '30'}",
        "{'request_id': 'q', 'due_at': '2026-06-20T10:00:30Z', 'timeout_seconds': 'x'}",
      })
  void aFieldOfUseIsNone(String field) {
    scene.ask("r", field);
    assertThat(scene.inbox.ofRun("r", null).at("/requests/0").has("faults")).isFalse();
  }

  @Test
  void aQuestionWithoutAnIdIsListedWithItsFaultAndCanBeAnswered() {
    scene.ask("r", "{'prompt': 'Send?'}");
    scene.program("r", RunLog.EVENTS, "human_input_requested", "{'prompt': 'Send?'}");
    scene.inbox.lookEverywhere();

    JsonNode open = scene.inbox.page(all()).path("data");
    assertThat(open).hasSize(1);
    String id = open.at("/0/request_id").asText();
    assertThat(id).startsWith("unnamed-");
    assertThat(open.at("/0/faults/0").asText()).contains("no request_id");
    scene.answer("r", id, "{'decision': 'approve'}");
    assertThat(scene.types("r", "human.jsonl"))
        .containsExactly("human_input_requested", "human_input_received");
    assertThat(scene.inbox.page(all()).path("data")).isEmpty();
  }

  private static HumanInbox.Query all() {
    return new HumanInbox.Query("pending", false, 10, null, null, null, null);
  }

  @Test
  void aQuestionWithoutATimeFallsDueAfterItsArrival() throws IOException {
    Path file = scene.store.find("r").path().resolve("human.jsonl");
    Scene.write(
        file,
        """
        {"type":"human_input_requested","payload":{"request_id":"q1","timeout_seconds":2,"default":"b"}}
        """);
    Files.setLastModifiedTime(file, FileTime.from(scene.clock.instant()));

    JsonNode asked = scene.inbox.ofRun("r", null).at("/requests/0");
    assertThat(asked.path("due_at").asText()).isEqualTo("2026-06-20T10:00:02.000Z");
    assertThat(asked.path("requested_at").asText()).isEqualTo("2026-06-20T10:00:00.000Z");
    scene.tick();
    assertThat(scene.types("r", "human.jsonl")).hasSize(1);
    scene.clock.turn(Duration.ofSeconds(2));
    scene.tick();
    assertThat(scene.types("r", "human.jsonl"))
        .containsExactly("human_input_requested", "human_input_timeout", "human_input_received");
  }

  @Test
  void aNoticeMayHaveItsIdBesideItsPayload() {
    Scene.write(
        scene.store.find("r").path().resolve("human.jsonl"),
        """
        {"type":"human_notice","ts":"2026-06-20T10:00:00Z","notice_id":"n","message":"Done"}
        """);
    scene.acknowledge("r", "n", "{'by': 'ada'}", null, null);
    assertThat(scene.types("r", "human.jsonl"))
        .containsExactly("human_notice", "human_notice_acknowledged");
  }

  @Test
  void theFieldsOfAQuestionMayStandBesideItsPayload() {
    Scene.write(
        scene.store.find("r").path().resolve("human.jsonl"),
        """
        {"type":"human_input_requested","ts":"2026-06-20T10:00:00Z","request_id":"flat","prompt":"Send?","allowed_decisions":["yes","no"]}
        {"type":"human_input_requested","ts":"2026-06-20T10:00:00Z","prompt":"Send?","payload":{"request_id":"both","allowed_decisions":["yes"]}}
        """);

    assertThat(scene.request("r", "flat").question().prompt()).isEqualTo("Send?");
    assertThat(scene.request("r", "flat").question().allowedDecisions()).hasSize(2);
    assertThat(scene.request("r", "both").question().prompt()).isEqualTo("Send?");
    assertThatThrownBy(() -> scene.answer("r", "flat", "{'decision': 'maybe'}"))
        .isInstanceOf(MnException.class);
  }

  @Test
  void aDecisionThatIsRecordedCountsThoughItsCopiesCannotBeWritten() throws IOException {
    scene.ask("r", "{'request_id': 'q'}");
    Path inTheWay = scene.store.find("r").path().resolve("timeline.jsonl");
    Files.createDirectories(inTheWay.resolve("full"));

    ObjectNode answer = scene.answer("r", "q", "{'decision': 'approve', 'by': 'ada'}");
    assertThat(answer.path("warning").asText()).startsWith("recorded, but not yet in all logs");
    assertThat(scene.types("r", "human.jsonl"))
        .containsExactly("human_input_requested", "human_input_received");
    assertThat(scene.lines("r", "human.jsonl").getLast().has("warning")).isFalse();

    Files.delete(inTheWay.resolve("full"));
    Files.delete(inTheWay);
    scene.tick();
    assertThat(scene.types("r", "timeline.jsonl")).containsExactly("human_input_received");
  }

  @Test
  void whatHasChangedSinceItWasSeenIsNotAnswered() {
    scene.ask("r", ASKED);
    String seen = scene.request("r", "q").question().shownSha256();
    scene.ask("r", ASKED.replace("Send?", "Send all?"));

    String body = "{'decision': 'approve', 'shown_sha256': '" + seen + "'}";
    assertConflict("shown_changed", () -> scene.answer("r", "q", body));

    String now = scene.request("r", "q").question().shownSha256();
    assertThat(scene.answer("r", "q", body.replace(seen, now)).at("/payload/shown_sha256").asText())
        .isEqualTo(now);
  }

  @Test
  void aClaimKeepsOthersOutUntilItEnds() {
    scene.ask("r", ASKED);
    ObjectNode claim = claim("ada", 60);
    assertThat(claim.at("/payload/until").asText()).isEqualTo("2026-06-20T10:01:00.000Z");

    assertFails(
        ErrorCode.CONFLICT,
        "request q is claimed by ada until 2026-06-20T10:01:00.000Z",
        () -> scene.answer("r", "q", "{'decision': 'reject', 'by': 'bob'}"));
    assertConflict("request_claimed", () -> claim("bob", 60));
    assertConflict("request_claimed", () -> release("bob"));

    scene.clock.turn(Duration.ofSeconds(50));
    claim("ada", 60);
    scene.clock.turn(Duration.ofSeconds(50));
    assertConflict("request_claimed", () -> claim("bob", 60));
    scene.clock.turn(Duration.ofSeconds(10));
    claim("bob", 60);
    release("bob");
    assertConflict("not_claimed", () -> release("bob"));
    scene.answer("r", "q", "{'decision': 'reject', 'by': 'eve'}");
    assertConflict("already_answered", () -> claim("ada", 60));
  }

  private ObjectNode claim(String by, int seconds) {
    return scene.claim("r", "q", "{'lease_seconds': " + seconds + "}", by, null);
  }

  private ObjectNode release(String by) {
    return scene.release("r", "q", "{}", by, null);
  }

  @Test
  void aClaimNeedsAName() {
    scene.ask("r", ASKED);

    assertThatThrownBy(() -> claim("anonymous", 60)).hasMessage("body.by: must be a name");
    assertThatThrownBy(() -> claim("default", 60)).hasMessage("body.by: must be a name");
  }

  @Test
  void fourEyesAreTwoPeople() {
    scene.ask("r", ASKED.replace("}", ", 'four_eyes': true}"));

    assertThatThrownBy(() -> scene.answer("r", "q", "{'decision': 'approve'}"))
        .hasMessageContaining("different people");
    ObjectNode first = scene.answer("r", "q", "{'decision': 'approve', 'by': 'ada'}");
    assertThat(first.path("type").asText()).isEqualTo("human_approval_recorded");
    assertThat(scene.request("r", "q").isOpen()).isTrue();
    assertConflict(
        "already_approved", () -> scene.answer("r", "q", "{'decision': 'approve', 'by': 'Ada'}"));
    ObjectNode second = scene.answer("r", "q", "{'decision': 'approve', 'by': 'bob'}");

    assertThat(second.path("type").asText()).isEqualTo("human_input_received");
    assertThat(second.at("/payload/approved_by")).hasSize(2);
    assertThat(scene.types("r", "human.jsonl"))
        .containsExactly(
            "human_input_requested",
            "human_approval_recorded",
            "human_approval_recorded",
            "human_input_received");
    assertThat(scene.answer("r", "q", "{'decision': 'approve', 'by': 'bob'}")).isEqualTo(second);
  }

  @Test
  void anApprovalThatSaysItIsNoneDoesNotDecideAlone() {
    scene.ask("r", ASKED.replace("}", ", 'four_eyes': true}"));

    assertThatThrownBy(
            () -> scene.answer("r", "q", "{'decision': 'approve', 'approved': false, 'by': 'ada'}"))
        .hasMessage("body.approved: contradicts the decision approve");
    assertThatThrownBy(
            () -> scene.answer("r", "q", "{'decision': 'reject', 'approved': true, 'by': 'ada'}"))
        .hasMessage("body.approved: contradicts the decision reject");
    assertThat(scene.request("r", "q").isOpen()).isTrue();
  }

  @Test
  void theSameApprovalAgainIsTheSameRecord() {
    scene.ask("r", ASKED.replace("}", ", 'four_eyes': true}"));
    String ada = "{'decision': 'approve', 'by': 'ada'}";
    ObjectNode first = scene.answer("r", "q", ada);
    scene.clock.turn(Duration.ofSeconds(1));

    assertThat(scene.answer("r", "q", ada)).isEqualTo(first);
    scene.answer("r", "q", "{'decision': 'approve', 'by': 'bob'}");
    assertThat(scene.answer("r", "q", ada)).isEqualTo(first);
    assertConflict(
        "already_answered", () -> scene.answer("r", "q", ada.replace("approve", "reject")));
    assertThat(scene.types("r", "human.jsonl")).hasSize(4);
  }

  @Test
  void oneRejectionDecidesAtOnce() {
    scene.ask("r", ASKED.replace("}", ", 'approvals_required': 3}"));
    scene.answer("r", "q", "{'decision': 'approve', 'by': 'ada'}");

    ObjectNode last = scene.answer("r", "q", "{'decision': 'reject', 'by': 'bob'}");

    assertThat(last.path("type").asText()).isEqualTo("human_input_received");
    assertThat(scene.request("r", "q").status(scene.clock.instant()).word()).isEqualTo("answered");
  }

  @Test
  void anApprovalOfWhatWasAskedBeforeDoesNotCount() {
    scene.ask("r", ASKED.replace("}", ", 'four_eyes': true}"));
    scene.answer("r", "q", "{'decision': 'approve', 'by': 'ada'}");
    scene.ask("r", ASKED.replace("Send?", "Send all?").replace("}", ", 'four_eyes': true}"));

    scene.answer("r", "q", "{'decision': 'approve', 'by': 'bob'}");

    assertThat(scene.request("r", "q").isOpen()).isTrue();
  }

  @Test
  void aProgramThatAsksAgainInTheSameWordsHasItsAnswer() {
    scene.ask("r", ASKED);
    scene.answer("r", "q", "{'decision': 'approve', 'by': 'ada'}");
    scene.clock.turn(Duration.ofSeconds(1));
    scene.ask("r", ASKED);
    assertThat(scene.request("r", "q").isOpen()).isFalse();

    scene.ask("r", ASKED.replace("Send?", "Send all?"));
    assertThat(scene.request("r", "q").isOpen()).as("other words are another question").isTrue();
  }

  @Test
  void whoHasApprovedNoLongerHoldsTheRequest() {
    scene.ask("r", ASKED.replace("}", ", 'four_eyes': true}"));
    claim("ada", 600);
    scene.answer("r", "q", "{'decision': 'approve', 'by': 'Ada'}");

    scene.answer("r", "q", "{'decision': 'approve', 'by': 'bob'}");

    assertThat(scene.request("r", "q").isOpen()).isFalse();
  }

  @Test
  void theDefaultAnswersWhenNobodyDidInTime() {
    scene.ask(
        "r",
        """
        {'request_id': 'q', 'timeout_seconds': 30, 'default': {'decision': 'reject', 'why': 'late'}}
        """);
    scene.clock.turn(Duration.ofSeconds(29));
    scene.tick();
    assertThat(scene.request("r", "q").isOpen()).isTrue();

    scene.clock.turn(Duration.ofSeconds(1));
    scene.tick();
    scene.tick();

    assertThat(scene.types("r", "human.jsonl"))
        .containsExactly("human_input_requested", "human_input_timeout", "human_input_received");
    ObjectNode answer = scene.lines("r", "human.jsonl").getLast();
    assertThat(answer.at("/payload/by").asText()).isEqualTo("default");
    assertThat(answer.at("/payload/why").asText()).isEqualTo("late");
    assertThat(answer.at("/payload/approved").asBoolean()).isFalse();
    assertConflict("already_answered", () -> scene.answer("r", "q", "{'decision': 'approve'}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'request_id': 'q', 'due_at': '2026-06-20T12:00:30+02:00'}",
        "{'request_id': 'q', 'due_at': '2026-06-20T10:00:30Z', 'timeout_seconds': 1e9}",
        "{'request_id': 'q', 'timeout_seconds': 30}"
      })
  void withoutADefaultTimeClosesTheRequest(String due) {
    scene.ask("r", due);
    scene.clock.turn(Duration.ofSeconds(30));

    scene.tick();

    assertThat(scene.request("r", "q").status(scene.clock.instant()).word()).isEqualTo("timed_out");
    assertConflict("request_closed", () -> scene.answer("r", "q", "{'decision': 'approve'}"));
  }

  @Test
  void aServerThatStartsLaterClosesWhatIsOverdueOnce() {
    scene.ask("r", "{'request_id': 'q', 'timeout_seconds': 1, 'default': 'reject'}");
    scene.clock.turn(Duration.ofHours(1));

    try (Scene next = new Scene(root, scene.clock);
        Scene other = new Scene(root, scene.clock);
        Scene last = new Scene(root, scene.clock)) {
      next.inbox.lookEverywhere();
      other.inbox.lookEverywhere();
      next.tick();
      other.tick();
      last.tick();
    }

    assertThat(scene.types("r", "human.jsonl"))
        .containsExactly("human_input_requested", "human_input_timeout", "human_input_received");
  }

  /** A folder in the place of the event log ends the recording in the middle, as a crash does. */
  @Test
  void whatAServerThatDiedLeftOutIsThereWithTheNextDecisionOrWithinASecond() throws Exception {
    scene.run("r");
    scene.ask("r", "{'request_id': 'a'}");
    scene.ask("r", "{'request_id': 'b'}");
    Path events = scene.store.find("r").path().resolve("events.jsonl");
    Files.createDirectory(events);
    assertThat(scene.answer("r", "a", "{'decision': 'ok'}").has("warning")).isTrue();
    Files.delete(events);

    scene.answer("r", "a", "{'decision': 'ok'}"); // the same again changes nothing else
    assertThat(scene.types("r", "human.jsonl"))
        .filteredOn("human_input_received"::equals)
        .hasSize(1);
    assertThat(scene.types("r", "events.jsonl")).containsExactly("human_input_received");

    Path timeline = scene.store.find("r").path().resolve("timeline.jsonl");
    Files.delete(timeline);
    Files.createDirectory(timeline);
    assertThat(scene.answer("r", "b", "{'decision': 'ok'}").has("warning")).isTrue();
    Files.delete(timeline);
    scene.tick();

    assertThat(scene.types("r", "events.jsonl")).hasSize(2);
    assertThat(scene.types("r", "timeline.jsonl")).hasSize(2);
  }

  @Test
  void aRunThatIsOverTakesNoAnswersAndNoTimeouts() {
    scene.ask("r", "{'request_id': 'q', 'timeout_seconds': 1}");
    scene.program("r", RunLog.HUMAN, "human_notice", "{'notice_id': 'n'}");
    scene.store.find("r").write("job.json", json("{'job_id': 'j', 'status': 'failed'}"));
    scene.clock.turn(Duration.ofSeconds(5));

    scene.tick();

    assertConflict("run_over", () -> scene.answer("r", "q", "{'decision': 'approve'}"));
    assertConflict("run_over", () -> claim("ada", 60));
    assertThat(scene.types("r", "human.jsonl")).hasSize(2);
    assertThat(scene.acknowledge("r", "n", "{}", null, null)).isNotNull();
  }

  @Test
  void aNoticeIsAcknowledgedOnceByEach() {
    scene.program("r", RunLog.HUMAN, "human_notice", "{'notice_id': 'n', 'message': 'look'}");

    ObjectNode ada = scene.acknowledge("r", "n", "{'notice_id': 'other'}", "ada", null);
    scene.clock.turn(Duration.ofSeconds(1));

    assertThat(ada.at("/payload/notice_id").asText()).isEqualTo("n");
    assertThat(ada.at("/payload/acknowledged_at").asText()).isEqualTo("2026-06-20T10:00:00.000Z");
    assertThat(scene.acknowledge("r", "n", "{'by': 'ada'}", null, null)).isEqualTo(ada);
    scene.acknowledge("r", "n", "{'by': 'bob'}", null, null);
    assertThat(scene.types("r", "human.jsonl")).hasSize(3);
  }

  // ---- names that tokens vouch for

  @Test
  void whoHasATokenOfTheirOwnIsWhoItNamesWhateverTheyCallThemselves() {
    scene.ask("r", ASKED);
    scene.program("r", RunLog.HUMAN, "human_notice", "{'notice_id': 'n'}");

    for (String body : List.of("{'by': 'bob'}", "{'user': 'bob'}", "{'by': 'default'}")) {
      assertNotYou(() -> scene.answer("r", "q", body, null, "anna"));
      assertNotYou(() -> scene.claim("r", "q", body, null, "anna"));
      assertNotYou(() -> scene.release("r", "q", body, null, "anna"));
      assertNotYou(() -> scene.acknowledge("r", "n", body, null, "anna"));
    }
    assertNotYou(() -> scene.answer("r", "q", "{'by': 'anna'}", "bob", "anna"));
    assertFails(
        ErrorCode.FORBIDDEN,
        "the token is that of anna, who cannot act as bob",
        () -> scene.answer("r", "q", "{'decision': 'approve'}", "bob", "anna"));
    assertThat(scene.types("r", "human.jsonl"))
        .containsExactly("human_input_requested", "human_notice");
  }

  @Test
  void whatTheTokenVouchesForIsRecordedAsProven() {
    scene.ask("r", ASKED);
    scene.program("r", RunLog.HUMAN, "human_notice", "{'notice_id': 'n'}");

    ObjectNode claim = scene.claim("r", "q", "{'by': 'ANNA'}", null, "anna");
    assertThat(
            HumanView.request(scene.request("r", "q"), scene.clock.instant())
                .path("claim")
                .toString())
        .isEqualTo("{\"by\":\"anna\",\"by_verified\":true,\"until\":\"2026-06-20T10:05:00.000Z\"}");
    ObjectNode release = scene.release("r", "q", "{}", "Anna", "anna");
    ObjectNode notice = scene.acknowledge("r", "n", "{}", null, "anna");
    ObjectNode answer = scene.answer("r", "q", "{'decision': 'approve'}", null, "anna");

    for (ObjectNode record : List.of(claim, release, notice, answer)) {
      assertThat(record.at("/payload/by").asText()).isEqualTo("anna");
      assertThat(record.at("/payload/by_verified").asBoolean()).isTrue();
    }
    JsonNode decision =
        HumanView.request(scene.request("r", "q"), scene.clock.instant()).at("/decisions/0");
    assertThat(decision.path("by").asText()).isEqualTo("anna");
    assertThat(decision.path("by_verified").asBoolean()).isTrue();
    assertThat(scene.answer("r", "q", "{'decision': 'approve'}", null, "anna")).isEqualTo(answer);
  }

  @Test
  void nobodySaysOfThemselvesThatTheyAreProven() {
    scene.ask("r", ASKED.replace("}", ", 'form': {'additionalProperties': false}}"));
    scene.program("r", RunLog.HUMAN, "human_notice", "{'notice_id': 'n'}");
    String body = "{'decision': 'approve', 'by': 'bob', 'by_verified': true}";

    for (ObjectNode record :
        List.of(
            scene.claim("r", "q", body, null, null),
            scene.release("r", "q", body, null, null),
            scene.acknowledge("r", "n", body, null, null),
            scene.answer("r", "q", body))) {
      assertThat(record.at("/payload/by").asText()).isEqualTo("bob");
      assertThat(record.path("payload").has("by_verified")).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"default", "Default", "anonymous", "' '"})
  void namesThatStandForNobodyAreNoPersons(String subject) {
    scene.ask("r", ASKED);

    assertThatThrownBy(() -> scene.answer("r", "q", "{'decision': 'approve'}", null, subject))
        .isInstanceOfSatisfying(
            MnException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN);
              assertThat(e.error()).isEqualTo("reserved_name");
            });
    assertThat(scene.types("r", "human.jsonl")).hasSize(1);
  }

  @Test
  void oneTokenUnderTwoNamesIsNotFourEyes() {
    scene.ask("r", ASKED.replace("}", ", 'four_eyes': true}"));
    scene.answer("r", "q", "{'decision': 'approve', 'by': 'anna'}", null, "anna");

    assertNotYou(
        () -> scene.answer("r", "q", "{'decision': 'approve', 'by': 'bob'}", null, "anna"));
    assertNotYou(() -> scene.answer("r", "q", "{'decision': 'approve'}", "bob", "anna"));
    assertConflict(
        "already_approved",
        () -> scene.answer("r", "q", "{'decision': 'approve', 'n': 2}", null, "Anna"));
    assertThat(scene.request("r", "q").isOpen()).isTrue();

    ObjectNode last = scene.answer("r", "q", "{'decision': 'approve'}", null, "bob");
    assertThat(last.at("/payload/approved_by").toString()).isEqualTo("[\"anna\",\"bob\"]");
  }

  /** Whoever has a shared token beside their own could be the second person too. */
  @Test
  void namesWithoutProofDoNotCountBesideProvenOnes() {
    scene.ask("r", ASKED.replace("}", ", 'four_eyes': true}"));
    scene.answer("r", "q", "{'decision': 'approve', 'by': 'bob'}");

    ObjectNode anna = scene.answer("r", "q", "{'decision': 'approve'}", null, "anna");
    assertThat(anna.path("type").asText()).isEqualTo("human_approval_recorded");
    assertFails(
        ErrorCode.FORBIDDEN,
        "anna has approved request q with a token of their own; who else approves it needs one too",
        () -> scene.answer("r", "q", "{'decision': 'approve', 'by': 'eve'}"));
    ObjectNode bob = scene.answer("r", "q", "{'decision': 'approve'}", null, "bob");

    assertThat(bob.path("type").asText()).isEqualTo("human_input_received");
    assertThat(bob.at("/payload/approved_by").toString()).isEqualTo("[\"anna\",\"bob\"]");
  }

  @Test
  void aProvenClaimIsNotOpenToWhoOnlySaysTheName() {
    scene.ask("r", ASKED);
    scene.claim("r", "q", "{}", null, "anna");

    assertConflict(
        "request_claimed", () -> scene.answer("r", "q", "{'decision': 'reject', 'by': 'anna'}"));
    assertConflict("request_claimed", () -> release("anna"));
    assertConflict("request_claimed", () -> claim("anna", 60));

    assertThat(scene.answer("r", "q", "{'decision': 'reject'}", null, "anna")).isNotNull();
  }

  @Test
  void anAcknowledgementInSomebodysNameIsNotTheirs() {
    scene.program("r", RunLog.HUMAN, "human_notice", "{'notice_id': 'n'}");

    ObjectNode said = scene.acknowledge("r", "n", "{'by': 'anna'}", null, null);
    ObjectNode proven = scene.acknowledge("r", "n", "{}", null, "anna");

    assertThat(proven).isNotEqualTo(said);
    assertThat(scene.acknowledge("r", "n", "{}", null, "anna")).isEqualTo(proven);
    assertThat(scene.acknowledge("r", "n", "{'by': 'anna'}", null, null)).isEqualTo(said);
  }

  private static void assertNotYou(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            MnException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN);
              assertThat(e.error()).isEqualTo("not_you");
            });
  }

  @Test
  void anAnswerThatWouldBeCutIsRefused() {
    scene.ask("r", "{'request_id': 'q'}");

    assertFails(
        ErrorCode.TOO_LARGE,
        "what is recorded may have 65536 bytes",
        () -> scene.answer("r", "q", "{'text': '" + "x".repeat(70_000) + "'}"));
    assertThat(scene.types("r", "human.jsonl")).isEqualTo(List.of("human_input_requested"));
  }

  private static void assertConflict(String error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            MnException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT);
              assertThat(e.error()).isEqualTo(error);
            });
  }

  private static void assertFails(ErrorCode code, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MnException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessage(message);
  }
}
