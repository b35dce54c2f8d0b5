package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.RemoteExecutionIndex.GivenUp;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What every index of executions elsewhere promises. */
public interface RemoteExecutionIndexContract {
  RemoteExecutionIndex index();

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

  @Test
  default void aNodeTakesWhatIsNotedForIt() {
    owned("job-3", 1);
    assertThat(await(index().take("job-3", 1, "exec-3", "mn@a#1"))).as("not noted").isFalse();
    await(index().begin("job-3", 1, "exec-3", "mn@a#1"));
    assertThat(await(index().take("job-3", 1, "exec-3", "mn@b#2"))).as("another node").isFalse();
    assertThat(await(index().take("job-3", 2, "exec-3", "mn@a#1"))).as("epoch").isFalse();
    assertThat(await(index().take("job-3", 1, "exec-3", "mn@a#1"))).isTrue();
    assertThat(await(index().take("job-3", 1, "exec-3", "mn@a#1"))).as("again").isTrue();
    assertThat(await(index().of("job-3", List.of("exec-3")))).isEqualTo(Map.of("exec-3", "mn@a#1"));
  }

  @Test
  default void whatIsGivenUpIsTakenNoMore() {
    owned("job-4", 2);
    await(index().begin("job-4", 2, "exec-4", "mn@a#1"));
    assertThat(await(index().giveUp("job-4", 1, "exec-4", true))).isEqualTo(GivenUp.FENCED);
    assertThat(await(index().giveUp("job-4", 2, "exec-4", false))).isEqualTo(GivenUp.DONE);
    assertThat(await(index().take("job-4", 2, "exec-4", "mn@a#1"))).isFalse();
    assertThat(await(index().of("job-4", List.of("exec-4")))).isEmpty();
    assertThat(await(index().giveUp("job-4", 2, "exec-4", false)))
        .as("again")
        .isEqualTo(GivenUp.DONE);
  }

  @Test
  default void whatWasTakenIsGivenUpOnlyWhenItCannotRunThere() {
    owned("job-5", 1);
    await(index().begin("job-5", 1, "exec-5", "mn@a#1"));
    await(index().take("job-5", 1, "exec-5", "mn@a#1"));
    assertThat(await(index().giveUp("job-5", 1, "exec-5", false))).isEqualTo(GivenUp.TAKEN);
    assertThat(await(index().of("job-5", List.of("exec-5")))).hasSize(1);
    assertThat(await(index().giveUp("job-5", 1, "exec-5", true))).isEqualTo(GivenUp.DONE);
    assertThat(await(index().of("job-5", List.of("exec-5")))).isEmpty();
  }
}
