package io.mirrorneuron.cli;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import org.junit.jupiter.api.Test;

class AskingViewTest {
  private static final OpenQuestion ONE = new OpenQuestion("run-j", "review-1", "Publish this?");
  private static final OpenQuestion OTHER = new OpenQuestion("run-j", "review-2", "And that?");

  /** What happens, in its order. */
  private final List<String> seen = new CopyOnWriteArrayList<>();

  /** What the person types; whoever asks waits for it. */
  private final BlockingQueue<String> typed = new SynchronousQueue<>();

  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

  private final JobView.AskingView view = new JobView.AskingView(Recorded::new, "ada", this::ask);

  private final class Recorded implements JobView {
    Recorded() {
      seen.add("open");
    }

    @Override
    public void event(ObjectNode event) {
      seen.add(event.path("type").asText());
    }

    @Override
    public void close() {
      seen.add("close");
    }
  }

  private void ask(OpenQuestion question) throws InterruptedException {
    asked.add(question.requestId());
    try {
      seen.add(typed.take());
    } catch (InterruptedException e) {
      seen.add("given up");
      throw e;
    }
  }

  private void event(String type, String requestId) {
    ObjectNode event = Json.object().put("type", type);
    event.putObject("payload").put("request_id", requestId);
    view.event(event);
  }

  private void awaitSeen(String... all) {
    eventually(String.join(", ", all), () -> seen.equals(List.of(all)));
  }

  @Test
  void theViewStandsStillWhileAPersonAnswersAndThenGoesOn() throws Exception {
    view.asked(List.of(ONE));
    assertThat(asked.take()).isEqualTo("review-1");
    event("workflow_step_completed", null);
    typed.put("yes");
    awaitSeen("open", "close", "workflow_step_completed", "yes", "open");

    view.asked(List.of(ONE));
    event("human_input_received", "review-1");
    view.asked(List.of(ONE, OTHER));
    assertThat(asked.take()).as("not the one that was asked before").isEqualTo("review-2");
    typed.put("no");
    eventually("the view", () -> seen.getLast().equals("open"));
    view.close();
    assertThat(seen.getLast()).isEqualTo("close");
  }

  @Test
  void whatOthersAnswerIsNotWaitedForAnyMore() throws Exception {
    view.asked(List.of(ONE));
    asked.take();

    event("human_input_received", "review-1");

    awaitSeen("open", "close", "human_input_received", "given up", "open");
    event("human_input_requested", "review-1");
    view.asked(List.of(ONE));
    assertThat(asked.take()).as("asked anew").isEqualTo("review-1");
    view.asked(List.of());
    eventually("the view", () -> seen.getLast().equals("open"));
  }

  @Test
  void theEndOfTheJobEndsTheQuestionAndIsShown() throws Exception {
    view.asked(List.of(ONE));
    asked.take();

    event("job_cancelled", null);
    view.close();

    assertThat(seen).containsExactly("open", "close", "job_cancelled", "given up", "open", "close");
    view.close();
    assertThat(seen).hasSize(6);
  }

  @Test
  void whatIsForOthersIsNotAsked() throws Exception {
    OpenQuestion.Claim eves = new OpenQuestion.Claim("eve");

    view.asked(
        List.of(
            new OpenQuestion("run-j", "q1", "Pay?", List.of("boss"), null),
            new OpenQuestion("run-j", "q2", "Pay?", List.of(), eves),
            new OpenQuestion("run-j", "q3", "Pay?", List.of("boss", "Ada"), null)));

    assertThat(asked.take()).isEqualTo("q3");
    view.close();
    assertThat(asked).isEmpty();
  }
}
