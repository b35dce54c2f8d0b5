package io.mirrorneuron.area.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.FakeJobs;
import io.mirrorneuron.testing.JobRunsFixture;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobStoriesTest {
  private static final String MANIFEST =
      "{\"graph_id\":\"g\",\"nodes\":[{\"node_id\":\"a\",\"agent_type\":\"router\"}]}";

  private final FakeJobs jobs = new FakeJobs();
  private JobStories stories;

  @BeforeEach
  void open(@TempDir Path folder) {
    stories = stories(folder, 1_000_000);
  }

  private JobStories stories(Path folder, long maxWeight) {
    return new JobStories(jobs, JobRunsFixture.in(folder, Clock.systemUTC()), 2, maxWeight);
  }

  private String submit() {
    return jobs.submit(Submission.of(MANIFEST)).jobId();
  }

  private long look(String job) {
    return stories.look(job, (story, record) -> story.seq());
  }

  private List<String> reads() {
    return jobs.calls().stream().filter(call -> call.startsWith("events")).toList();
  }

  @Test
  void eachLookReadsOnlyWhatHasComeSince() {
    String job = submit();

    assertThat(look(job)).isEqualTo(4);
    jobs.append(job, "one");
    jobs.append(job, "two");
    assertThat(look(job)).isEqualTo(6);
    assertThat(look(job)).isEqualTo(6);

    assertThat(reads()).containsExactly("events fake-1 0 4", "events fake-1 4 2");
  }

  @Test
  void aLongHistoryIsReadInPages() {
    String job = submit();
    for (int i = 0; i < 2000; i++) {
      jobs.append(job, "note");
    }

    assertThat(look(job)).isEqualTo(2004);
    assertThat(reads())
        .containsExactly("events fake-1 0 1000", "events fake-1 1000 1000", "events fake-1 2000 4");
  }

  @Test
  void aStoryThatHasEndedIsNotKept() {
    String job = submit();
    look(job);
    jobs.finish(job, "completed");

    assertThat(look(job)).isEqualTo(5);
    assertThat(look(job)).isEqualTo(5);
    assertThat(reads().getLast()).isEqualTo("events fake-1 0 5");
  }

  @Test
  void ofThreeStoriesTwoAreKeptAndTheOneThatIsSeenMostAmongThem() {
    String first = submit();
    String second = submit();
    String third = submit();
    List.of(first, second, first, third, first).forEach(this::look);
    assertThat(reads()).hasSize(3);

    look(second);
    look(third);
    assertThat(reads()).hasSizeGreaterThan(3);
  }

  @Test
  void aStoryThatHasGrownTooHeavyIsNotKept(@TempDir Path folder) {
    String job = submit();
    stories = stories(folder, 2);
    look(job);

    look(job);
    assertThat(reads()).containsExactly("events fake-1 0 4", "events fake-1 0 4");
  }

  @Test
  void aJobThatNobodyKnowsIsNotFoundAndLeavesNothing() {
    assertThatThrownBy(() -> look("nope"))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    String job = submit();
    assertThat(look(job)).isEqualTo(4);
  }

  @Test
  void aLookThatFailsIsTriedAfreshNextTime() {
    String job = submit();
    look(job);
    assertThatThrownBy(
            () ->
                stories.look(
                    job,
                    (story, record) -> {
                      throw new IllegalStateException("no");
                    }))
        .hasMessage("no");

    assertThat(look(job)).isEqualTo(4);
    assertThat(reads()).hasSize(2);
  }
}
