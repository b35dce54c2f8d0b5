package io.mirrorneuron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.WorkflowRuns.Follower;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.FakeJobs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class FollowerTest {
  private final FakeJobs jobs = new FakeJobs();
  private final String job = jobs.submit(Submission.of("{}")).jobId();
  private final List<Integer> seen = new ArrayList<>();
  private final List<String> outages = new ArrayList<>();

  private final JobListener listener =
      new JobListener() {
        @Override
        public void event(ObjectNode event) {
          seen.add(event.path("seq").asInt());
          if (event.path("type").asText().equals("job_running")) {
            Thread.startVirtualThread(() -> jobs.append(job, "first"));
          } else if (event.path("type").asText().equals("first")) {
            Thread.startVirtualThread(() -> jobs.finish(job, "completed"));
          }
        }

        @Override
        public void away(MnException cause) {
          outages.add(cause.getMessage());
          Thread.startVirtualThread(() -> jobs.append(job, "again"));
        }
      };

  private void follow(long after, Duration timeout) throws InterruptedException {
    new Follower(jobs, job, after, listener).run(timeout);
  }

  @Test
  void everyEventIsToldOnceAndInOrderUntilTheEnd() throws InterruptedException {
    follow(0, Duration.ZERO);

    assertThat(seen).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(jobs.watchers(job)).isZero();
  }

  @Test
  void whatIsKnownIsNotToldAgain() throws InterruptedException {
    follow(3, Duration.ZERO);

    assertThat(seen).containsExactly(4, 5, 6);
  }

  @Test
  void anOutageCostsNoEvent() throws InterruptedException {
    AtomicBoolean failed = new AtomicBoolean();
    jobs.intercept(
        call -> {
          if (call.startsWith("events " + job + " 4") && failed.compareAndSet(false, true)) {
            throw MnException.unavailable("gone", null);
          }
        });

    follow(0, Duration.ZERO);

    assertThat(outages).containsExactly("gone");
    assertThat(seen).isSorted().doesNotHaveDuplicates().startsWith(1, 2, 3, 4, 5);
  }

  @Test
  void aRuntimeThatNeverAnsweredIsNotWaitedFor() {
    jobs.failWith(MnException.unavailable("gone", null));

    assertThatThrownBy(() -> follow(0, Duration.ZERO)).hasMessage("gone");
  }

  @Test
  void theLimitOfTheWaitIsKept() {
    assertThatThrownBy(() -> follow(4, Duration.ofMillis(50)))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT))
        .hasMessage("job " + job + " has not ended within 0.05 s");
  }
}
