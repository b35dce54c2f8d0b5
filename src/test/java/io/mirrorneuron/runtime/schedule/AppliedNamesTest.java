package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.SchedulesPort.AppliedSchedule;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.runtime.schedule.BundleVersions.BundleVersion;
import io.mirrorneuron.testing.FakeSchedules;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** However a bundle comes to a name, there is one schedule of it. */
class AppliedNamesTest {
  private static final Map<String, Object> NIGHTLY = Map.of("cron", "0 2 * * *");
  private final FakeSchedules schedules = new FakeSchedules();

  private AppliedSchedule apply(String manifest) {
    return schedules
        .port()
        .apply("nightly", new NewSchedule(Submission.of(manifest), NIGHTLY, Map.of()), "");
  }

  @Test
  void manyAtTheSameTimeMakeOne() throws Exception {
    Callable<AppliedSchedule> one = () -> apply("{}");
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<AppliedSchedule> done :
          threads.invokeAll(java.util.Collections.nCopies(20, one))) {
        assertThat(done.get().schedule().name()).isEqualTo("nightly");
      }
    }
    assertThat(schedules.port().list(SchedulesPort.Query.ALL).data()).hasSize(1);
  }

  /** Who rolls back later needs the version that this very call made. */
  @Test
  void eachIsToldItsOwnVersion() throws Exception {
    apply("{}");
    List<Callable<AppliedSchedule>> all =
        java.util.stream.IntStream.range(0, 12)
            .<Callable<AppliedSchedule>>mapToObj(i -> () -> apply("{\"x\": " + i + "}"))
            .toList();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<AppliedSchedule> done : threads.invokeAll(all)) {
        AppliedSchedule reported = done.get();
        Integer version = reported.schedule().version();
        String id = reported.schedule().scheduleId();
        assertThat(schedules.port().versions(id, version).data().getFirst().manifest())
            .isEqualTo(reported.schedule().manifest());
      }
    }
  }

  /** Else who deletes by an id twice would delete another one. */
  @Test
  void noNameIsLikeAnId() {
    String id = apply("{}").schedule().scheduleId();
    for (String name : List.of(id, id.substring(0, 9), "@last")) {
      NewSchedule wanted = new NewSchedule(Submission.of("{}"), NIGHTLY, Map.of());
      assertThatThrownBy(() -> schedules.port().apply(name, wanted, ""))
          .hasMessage(
              "a schedule cannot be called %s: what begins with @ or sched_ is an id"
                  .formatted(name));
      assertThatThrownBy(() -> schedules.port().update(id, Map.of("name", name), ""))
          .hasMessageContaining("cannot be called");
      Map<String, Object> named = Map.of("cron", "@yearly", "name", " " + name);
      assertThatThrownBy(
              () -> schedules.port().create(new NewSchedule(Submission.of("{}"), named, Map.of())))
          .hasMessageContaining("cannot be called");
    }
  }

  /** The server died when it had claimed the name, and before it had made the schedule. */
  @Test
  void whatWasClaimedIsMadeByTheNext() {
    ScheduleNames names = new ScheduleNames(schedules.records);
    names.claim("nightly", () -> "sched_claimed").toCompletableFuture().join();
    AppliedSchedule made = apply("{}");
    assertThat(made.outcome()).isEqualTo("created");
    assertThat(made.schedule().scheduleId()).isEqualTo("sched_claimed");
  }

  /** It died when it had made the schedule, and before it had noted that. */
  @Test
  void whatWasMadeIsFound() {
    String id = apply("{}").schedule().scheduleId();
    assertThat(apply("{\"x\": 1}").schedule().scheduleId()).isEqualTo(id);
    schedules.port().update(id, Map.of("name", "other"), "");
    AppliedSchedule another = apply("{}");
    assertThat(another.outcome()).isEqualTo("created");
    assertThat(another.schedule().scheduleId()).isNotEqualTo(id);
    assertThat(schedules.port().get(id).name()).isEqualTo("other");
  }

  @Test
  void theJobOfEachTimeIsMadeOfTheBundleOfThen() {
    String id = apply("{\"x\": 1}").schedule().scheduleId();
    String first = schedules.port().dispatch(id, Map.of(), null, null).jobId();
    schedules.jobs.open.clear();
    schedules.jobs.bundle = "b2";
    apply("{\"x\": 2}");
    String second = schedules.port().dispatch(id, Map.of(), null, null).jobId();
    schedules.jobs.open.clear();
    schedules.port().rollBack(id, null, "");
    String third = schedules.port().dispatch(id, Map.of(), null, null).jobId();

    assertThat(List.of(first, second, third))
        .extracting(
            job -> schedules.jobs.made.get(job).manifest().replaceAll(".*\"x\":(.).*", "$1"))
        .containsExactly("1", "2", "1");
    assertThat(List.of(second, third))
        .extracting(job -> String.valueOf(schedules.jobs.made.get(job).bundle()))
        .containsExactly("b2", "null");
    assertThat(schedules.port().get(id).dispatches())
        .extracting(dispatch -> dispatch.version())
        .containsExactly(1, 2, 1);
  }

  @Test
  void twentyVersionsAreKept() {
    BundleVersions versions = BundleVersions.FIRST;
    for (int i = 0; i < 25; i++) {
      versions = versions.and(new BundleVersion(0, "f" + i, null, "g", Map.of(), null, i));
    }
    assertThat(versions.current()).isEqualTo(25);
    assertThat(versions.kept()).hasSize(20);
    assertThat(versions.of(5)).isEmpty();
    assertThat(versions.at(6).before()).isEmpty();
    assertThat(versions.at(8).before().orElseThrow().number()).isEqualTo(7);
    assertThat(versions.at(8).and(versions.kept().getFirst()).current()).isEqualTo(26);
  }
}
