package io.mirrorneuron.store.elsewhere;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What every index of executions elsewhere promises. */
interface ElsewhereIndexContract {
  ElsewhereIndex index();

  /** Makes it so that the job has this epoch. */
  void owned(String jobId, long epoch);

  static <T> T await(CompletionStage<T> asked) {
    return asked.toCompletableFuture().join();
  }

  @Test
  default void whatIsBegunIsKnownUntilItEnds() {
    owned("job-1", 1);
    assertThat(await(index().begin("job-1", 1, "exec-1", "mn@a#1"))).isTrue();
    assertThat(await(index().begin("job-1", 1, "exec-1", "mn@a#1"))).as("again").isTrue();
    assertThat(await(index().of("job-1", List.of("exec-0", "exec-1"))))
        .isEqualTo(Map.of("exec-1", "mn@a#1"));

    await(index().end("job-1", "exec-1"));
    assertThat(await(index().of("job-1", List.of("exec-1")))).isEmpty();
  }

  @Test
  default void aFormerOwnerBeginsNothing() {
    owned("job-2", 3);
    assertThat(await(index().begin("job-2", 2, "exec-2", "mn@a#1"))).isFalse();
    assertThat(await(index().begin("job-none", 1, "exec-2", "mn@a#1"))).isFalse();
    assertThat(await(index().of("job-2", List.of("exec-2")))).isEmpty();
    assertThat(await(index().of("job-2", List.of()))).isEmpty();
  }
}
