package io.mirrorneuron.runtime.state;

import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.runtime.loop.Stage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who submitted, paused, resumed and cancelled a job, whatever becomes of its server. */
class SubjectsTest {
  private static final Graph GRAPH = new Graph().program("work");

  /** With the job running, submitted by somebody. */
  private static Stage submittedBy(String subject) {
    Stage stage = new Stage();
    stage.subject = subject;
    return stage.submit(GRAPH.toString());
  }

  private static JsonNode header(Stage stage) {
    return Stage.json(stage.stored().fields().get(StoredFields.HEADER));
  }

  private static JsonNode why(Stage stage) {
    return tree(stage.why());
  }

  private static List<JsonNode> documents(Stage stage) {
    return List.of(
        header(stage),
        stage.row(),
        stage.details().path("job"),
        stage.details().path("summary"),
        tree(stage.engine().views().brief(stage.stored(), stage.row())).path("job"),
        why(stage));
  }

  @Test
  void theSubmitterIsToldByTheFirstEventAndEachDocumentAlsoAfterACrash() {
    Stage stage = submittedBy("anna").crash().crash().succeed("work");

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.events().getFirst().path("type").asText()).isEqualTo("job_pending");
    assertThat(stage.events().getFirst().path("submitted_by").asText()).isEqualTo("anna");
    assertThat(documents(stage))
        .allSatisfy(one -> assertThat(one.path("submitted_by").asText()).isEqualTo("anna"))
        .noneSatisfy(one -> assertThat(one.has("cancelled_by")).isTrue());
  }

  /** As all jobs are that were stored by builds before this one. */
  @Test
  void aJobOfNobodyNamesNobodyAndGoesOn() {
    Stage stage = submittedBy(null).pause().letStop().resume().crash().succeed("work");

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(documents(stage))
        .allSatisfy(one -> assertThat(one.toString()).doesNotContain("submitted_by", "paused_by"));
    assertThat(stage.events())
        .allSatisfy(one -> assertThat(one.has("by") || one.has("submitted_by")).isFalse());
  }

  @Test
  void theFirstWhoCancelsIsRememberedThoughTheServerDies() {
    Stage stage = submittedBy("anna");
    stage.subject = "bob";
    stage.cancel();
    assertThat(stage.status()).isEqualTo("cancelling");
    stage.subject = "carl";
    stage.cancel().crash();

    assertThat(stage.status()).isEqualTo("cancelled");
    assertThat(stage.event("job_cancelled").path("cancelled_by").asText()).isEqualTo("bob");
    assertThat(stage.result())
        .isEqualTo(Stage.json("{'reason':'cancelled by operator','cancelled_by':'bob'}"));
    assertThat(documents(stage))
        .allSatisfy(one -> assertThat(one.path("cancelled_by").asText()).isEqualTo("bob"))
        .allSatisfy(one -> assertThat(one.path("submitted_by").asText()).isEqualTo("anna"));
    assertThat(why(stage).path("summary").asText()).isEqualTo("bob cancelled the job");
    stage.cancel();
    assertThat(stage.row().path("cancelled_by").asText()).isEqualTo("bob");
  }

  @Test
  void whoCancelsAfterSomebodyUnknownDoesNotTakeTheirPlace() {
    Stage stage = submittedBy(null).cancel();
    stage.subject = "bob";
    stage.cancel().letStop();

    assertThat(stage.result()).isEqualTo(Stage.json("{'reason':'cancelled by operator'}"));
    assertThat(why(stage).path("summary").asText()).isEqualTo("an operator cancelled the job");
    assertThat(documents(stage)).noneMatch(one -> one.has("cancelled_by"));
  }

  @Test
  void whoPausedIsToldAsLongAsTheJobIsPaused() {
    Stage stage = submittedBy("anna");
    stage.subject = "bob";
    stage.ask(engine -> engine.commands().pause(Stage.JOB, true, "bob"));
    stage.subject = "carl";
    stage.pause().letStop().crash();

    assertThat(stage.event("job_pausing").path("by").asText()).isEqualTo("bob");
    assertThat(stage.event("job_paused").path("by").asText()).isEqualTo("bob");
    JsonNode paused = why(stage).at("/explanations/0");
    assertThat(paused.path("text").asText()).isEqualTo("bob paused the job; resume it");
    assertThat(paused.path("record").asText()).isEqualTo("job.paused_by");
    assertThat(stage.details().at("/job/paused_by").asText()).isEqualTo("bob");

    stage.resume();
    assertThat(stage.event("job_resumed").path("by").asText()).isEqualTo("carl");
    assertThat(documents(stage)).noneMatch(one -> one.has("paused_by"));
    stage.subject = null;
    stage.pause().letStop();
    assertThat(why(stage).path("summary").asText())
        .isEqualTo("an operator paused the job; resume it");
  }

  @Test
  void aForkIsItsMakersAndNotThatOfTheOtherJobsSubmitter() {
    Stage stage = submittedBy("anna").succeed("work");
    stage.subject = "bob";
    stage.forkAtEvent(0, Map.of());

    assertThat(documents(stage))
        .allSatisfy(one -> assertThat(one.path("submitted_by").asText()).isEqualTo("bob"));
    assertThat(stage.event("job_pending").path("submitted_by").asText()).isEqualTo("bob");
    assertThat(stage.look(Stage.JOB).row().path("submitted_by").asText()).isEqualTo("anna");

    stage.subject = null;
    stage.forkAtEvent(0, Map.of());
    assertThat(documents(stage)).noneMatch(one -> one.has("submitted_by"));
  }

  @Test
  void aJobThatThisBuildCannotReadIsCancelledBySomebodyToo() {
    Stage stage = submittedBy("anna");
    stage.manifests =
        text -> {
          throw new IllegalStateException("not any more");
        };
    stage.crash();
    assertThat(why(stage).path("submitted_by").asText()).isEqualTo("anna");

    stage.subject = "bob";
    stage.cancel();

    assertThat(stage.event("job_cancelled").path("cancelled_by").asText()).isEqualTo("bob");
    assertThat(stage.result().path("cancelled_by").asText()).isEqualTo("bob");
    assertThat(stage.row().path("cancelled_by").asText()).isEqualTo("bob");
    assertThat(header(stage).path("cancelled_by").asText()).isEqualTo("bob");
    assertThat(header(stage).path("submitted_by").asText()).isEqualTo("anna");
  }
}
