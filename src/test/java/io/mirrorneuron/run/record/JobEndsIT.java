package io.mirrorneuron.run.record;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.run.RunBacklog;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.record.JobEnds.EndedJob;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisJobStore;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is to hear of the end of a job hears of it, also when that cannot be told at first. */
class JobEndsIT {
  @TempDir private Path home;
  @TempDir private Path elsewhere;

  private final List<EndedJob> reported = new CopyOnWriteArrayList<>();

  /** Is away when it is told for the first time. */
  private CompletionStage<?> hear(EndedJob job) {
    reported.add(job);
    return reported.size() == 1
        ? CompletableFuture.failedFuture(MnException.unavailable("away", null))
        : CompletableFuture.completedStage(null);
  }

  @Test
  void anEndThatCouldNotBeToldIsToldAgainThoughItsRunIsWritten() {
    try (RuntimeFixture runtime = new RuntimeFixture(home)) {
      String manifest = SampleManifests.program("once", "true");
      String job = runtime.jobs().submit(Submission.of(manifest)).jobId();
      runtime.awaitEnd(job);
      Keys keys = new Keys(RuntimeFixture.config(home).redis().namespace());
      RedisJobStore store = new RedisJobStore(runtime.pipelines(), keys, Duration.ofDays(1), 1000);
      RunStore runs = new RunStore(elsewhere, new RunBacklog());
      try (runs;
          RunRecorder recorder =
              new RunRecorder(runs, store, run -> {}, this::hear, Storage.unwatched())) {
        recorder.changed(job, true);
        eventually("it is told twice", () -> reported.size() == 2);
      }
      assertThat(reported).extracting(EndedJob::jobId).containsExactly(job, job);
      assertThat(reported.getFirst()).isEqualTo(reported.getLast());
      assertThat(reported.getFirst().status()).isEqualTo("completed");
    }
  }

  /** Is away when it is told of the first change. */
  private static final class Ear implements JobEnds {
    private final List<String> reported = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<?> ended(EndedJob job) {
      reported.add("ended");
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void changed(EndedJob job, String type, String at) {
      reported.add(type + " " + job.status());
      if (reported.size() == 1) {
        throw MnException.unavailable("away", null);
      }
    }
  }

  @Test
  void whatHappensBeforeTheEndIsToldInItsOrderUntilItIsHeardAndOnceThen() {
    try (RuntimeFixture runtime = new RuntimeFixture(home)) {
      String manifest = SampleManifests.program("open", "sleep", "600");
      String job = runtime.jobs().submit(Submission.of(manifest)).jobId();
      runtime.jobs().pause(job, false);
      Keys keys = new Keys(RuntimeFixture.config(home).redis().namespace());
      RedisJobStore store = new RedisJobStore(runtime.pipelines(), keys, Duration.ofDays(1), 1000);
      RunStore runs = new RunStore(elsewhere, new RunBacklog());
      Ear first = new Ear();
      Ear later = new Ear();
      try (runs) {
        try (RunRecorder recorder =
            new RunRecorder(runs, store, run -> {}, first, Storage.unwatched())) {
          recorder.changed(job, true);
          eventually("it is told", () -> first.reported.contains("job_paused paused"));
        }
        runtime.jobs().resume(job);
        runtime.jobs().cancel(job);
        runtime.awaitEnd(job);
        try (RunStore again = new RunStore(elsewhere, new RunBacklog());
            RunRecorder recorder =
                new RunRecorder(again, store, run -> {}, later, Storage.unwatched())) {
          recorder.changed(job, true);
          eventually("the rest is told", () -> later.reported.contains("ended"));
        }
      }
      assertThat(first.reported)
          .containsExactly("job_running running", "job_running running", "job_paused paused");
      assertThat(later.reported)
          .containsExactly("job_resumed running", "job_resumed running", "ended");
    }
  }

  @Test
  void aQuestionThatCouldNotBeToldIsToldAgain() {
    List<PeopleEvent> asked = new CopyOnWriteArrayList<>();
    JobEnds hears =
        new JobEnds() {
          @Override
          public CompletionStage<?> ended(EndedJob job) {
            return CompletableFuture.completedStage(null);
          }

          @Override
          public CompletionStage<?> asked(PeopleEvent event) {
            asked.add(event);
            return asked.size() == 1
                ? CompletableFuture.failedFuture(MnException.unavailable("away", null))
                : CompletableFuture.completedStage(null);
          }
        };
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"asking","nodes":[{"node_id":"ask",
          "agent_type":"human","role":"root","config":{"prompt":"Go on?"}}]}
        """;
    try (RuntimeFixture runtime = new RuntimeFixture(home)) {
      String job = runtime.jobs().submit(Submission.of(manifest)).jobId();
      Keys keys = new Keys(RuntimeFixture.config(home).redis().namespace());
      RedisJobStore store = new RedisJobStore(runtime.pipelines(), keys, Duration.ofDays(1), 1000);
      RunStore runs = new RunStore(elsewhere, new RunBacklog());
      try (runs;
          RunRecorder recorder =
              new RunRecorder(runs, store, run -> {}, hears, Storage.unwatched())) {
        eventually(
            "it is told twice",
            () -> {
              recorder.changed(job, true);
              return asked.size() == 2;
            });
      }
      assertThat(asked.getFirst()).isEqualTo(asked.getLast());
      assertThat(asked.getFirst().type()).isEqualTo("human_input_requested");
      assertThat(asked.getFirst().payload()).containsEntry("prompt", "Go on?");
    }
  }
}
