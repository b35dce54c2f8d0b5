package io.mirrorneuron.run.human;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the second person approves is what the first one has approved. */
class FourEyesTest {
  private static final String ASKED =
      """
      {'request_id': 'q', 'prompt': 'Pay?', 'allowed_decisions': ['approve', 'reject'], 'four_eyes': true,
       'form': {'type': 'object', 'required': ['cost_centre'],
                'properties': {'cost_centre': {'type': 'number'}, 'note': {'type': 'string'}, 'api_key': {}}}}
      """;

  @TempDir Path root;
  private Scene scene;

  @BeforeEach
  void open() {
    scene = new Scene(root);
    scene.run("r");
    scene.ask("r", ASKED);
    approve("ada", ", 'cost_centre': 200, 'comment': 'as agreed'");
    scene.clock.turn(Duration.ofMinutes(1));
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private ObjectNode approve(String by, String more) {
    return scene.answer("r", "q", "{'decision': 'approve', 'by': '" + by + "'" + more + "}");
  }

  @Test
  void theRequestShowsWhatTheFirstOneHasEntered() {
    JsonNode decision = scene.inbox.ofRun("r", null).at("/requests/0/decisions/0");

    assertThat(decision.path("by").asText()).isEqualTo("ada");
    assertThat(decision.path("at").asText()).isEqualTo("2026-06-20T10:00:00.000Z");
    assertThat(decision.path("data")).isEqualTo(Scene.json("{'cost_centre': 200}"));
    assertThat(decision.path("comment").asText()).isEqualTo("as agreed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'cost_centre': 300",
        "'cost_centre': 200, 'note': 'more'",
        "'cost_centre': 200.5",
      })
  void anotherValueIsRefusedWithTheNameOfItsField(String values) {
    String field = values.contains("note") ? "note" : "cost_centre";

    assertThatThrownBy(() -> approve("eve", ", " + values))
        .hasMessage(
            "ada has approved request q with another "
                + field
                + ": mn human show r q and GET /runs/r/human tell which; approve the same or give no"
                + " values, or decide otherwise")
        .isInstanceOfSatisfying(
            MnException.class,
            refusal -> {
              assertThat(refusal.code().httpStatus()).isEqualTo(409);
              assertThat(refusal.error()).isEqualTo("other_values");
            });
    assertThat(scene.request("r", "q").isOpen()).isTrue();
    assertThat(scene.lines("r", "human.jsonl")).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ", 'cost_centre': 200", ", 'cost_centre': 200.0, 'comment': 'I agree'"})
  void theSameValuesOrNoneComplete(String values) {
    ObjectNode last = approve("eve", values);

    assertThat(last.path("type").asText()).isEqualTo("human_input_received");
    assertThat(last.at("/payload/cost_centre").asInt()).isEqualTo(200);
    assertThat(last.at("/payload/approved_by").toString()).isEqualTo("[\"ada\",\"eve\"]");
    assertThat(approve("eve", values)).as("the same again").isEqualTo(last);
    assertThat(scene.lines("r", "human.jsonl")).hasSize(4);
  }

  @Test
  void whoDecidesOtherwiseNeedsNoValuesAndMayGiveSome() {
    ObjectNode last = scene.answer("r", "q", "{'decision': 'reject', 'by': 'eve'}");

    assertThat(last.path("type").asText()).isEqualTo("human_input_received");
    assertThat(last.at("/payload/decision").asText()).isEqualTo("reject");
    assertThat(last.at("/payload/cost_centre").asInt()).isEqualTo(200);

    scene.ask("r", ASKED.replace("'q'", "'p'"));
    scene.answer("r", "p", "{'decision': 'approve', 'by': 'ada', 'cost_centre': 200}");
    assertThat(
            scene
                .answer("r", "p", "{'decision': 'reject', 'by': 'eve', 'cost_centre': 300}")
                .at("/payload/cost_centre")
                .asInt())
        .isEqualTo(300);
  }

  @Test
  void twoWordsForAnApprovalAreTwoDecisions() {
    scene.ask("r", "{'request_id': 'w', 'four_eyes': true}");
    scene.answer("r", "w", "{'decision': 'now', 'approved': true, 'by': 'ada'}");

    assertThatThrownBy(
            () -> scene.answer("r", "w", "{'decision': 'later', 'approved': true, 'by': 'eve'}"))
        .hasMessageContaining("with another decision");
    assertThat(
            scene
                .answer("r", "w", "{'decision': 'now', 'approved': true, 'by': 'eve'}")
                .path("type")
                .asText())
        .isEqualTo("human_input_received");
  }

  /** Whose name is not proven is not counted, so what they said binds nobody with a proven one. */
  @Test
  void whatDoesNotCountBindsNobody() {
    ObjectNode first =
        scene.answer("r", "q", "{'decision': 'approve', 'cost_centre': 300}", null, "eve");

    assertThat(first.path("type").asText()).isEqualTo("human_approval_recorded");
    assertThatThrownBy(
            () ->
                scene.answer("r", "q", "{'decision': 'approve', 'cost_centre': 200}", null, "ada"))
        .hasMessageContaining("eve has approved request q with another cost_centre");
  }

  @Test
  void secretsOfTheFirstOneAreHidden() {
    scene.ask("r", ASKED.replace("'q'", "'s'"));
    scene.answer(
        "r", "s", "{'decision': 'approve', 'by': 'ada', 'cost_centre': 1, 'api_key': 's3cret'}");

    assertThat(scene.inbox.ofRun("r", null).path("requests").toString())
        .contains("\"api_key\":\"[REDACTED]\"")
        .doesNotContain("s3cret");
    assertThat(
            scene
                .answer("r", "s", "{'decision': 'approve', 'by': 'eve'}")
                .at("/payload/api_key")
                .asText())
        .isEqualTo("s3cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ada\u00a0", "\uff41da", "a\u200bda", "ada\u2060", "ADA"})
  void onePersonWithTwoWritingsOfTheirNameIsOne(String name) {
    assertThatThrownBy(() -> approve(name, ""))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.error()).isEqualTo("already_approved"));
  }
}
