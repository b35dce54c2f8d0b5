package io.mirrorneuron.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.launch.LaunchOrder.Source;
import io.mirrorneuron.launch.LaunchRecord.Phase;
import io.mirrorneuron.launch.Launches.LaunchProgress;
import io.mirrorneuron.launch.hook.BundleHooks;
import io.mirrorneuron.launch.hook.HookStore.HookNews;
import io.mirrorneuron.launch.hook.RunHooks;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ModelsPort.ModelNeed;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.testing.FakeJobs;
import io.mirrorneuron.testing.NoHooks;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.Whole;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that dies before or after each thing that a launch writes or asks for, on a real folder:
 * each history in turn, and each pair of deaths.
 */
@Whole
class LaunchSimulationTest {
  private final TurnedClock clock = new TurnedClock(Instant.parse("2026-06-20T10:00:00Z"));
  private static final String ID = "p-1";

  /** Kills the server of the test; no part of a launch catches it. */
  private static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  @TempDir Path folder;
  private Path payloads;
  private FakeJobs jobs;
  private RunHooks hooks;
  private int ids;

  @BeforeEach
  void bundle() throws Exception {
    payloads = Files.createDirectories(folder.resolve("bundle/payloads"));
    Files.writeString(payloads.resolve("a.txt"), "a");
    hooks = NoHooks.in(folder, new FakeJobs());
  }

  /** Dies at the step of this number, counted over all that it does to the world. */
  private static final class Fate {
    private final int end;
    private int steps;

    Fate(int end) {
      this.end = end;
    }

    void step() {
      if (steps++ == end) {
        throw new Death();
      }
    }
  }

  /** The disk, which a death may find before or after a write. */
  private static class Disk implements LaunchStore {
    private final LaunchStore real;
    private final Fate fate;

    Disk(LaunchStore real, Fate fate) {
      this.real = real;
      this.fate = fate;
    }

    @Override
    public Optional<LaunchRecord> find(String progressId) {
      return real.find(progressId);
    }

    @Override
    public void write(LaunchRecord launch) {
      fate.step();
      real.write(launch);
      fate.step();
    }

    @Override
    public void keep(LaunchRecord launch, Submission submission) {
      fate.step();
      real.keep(launch, submission);
      fate.step();
    }

    @Override
    public Submission kept(LaunchRecord launch) {
      return real.kept(launch);
    }

    @Override
    public void discard(LaunchRecord launch) {
      fate.step();
      real.discard(launch);
      fate.step();
    }

    @Override
    public List<LaunchRecord> open() {
      return real.open();
    }

    @Override
    public void forget(Instant now) {
      real.forget(now);
    }
  }

  private record Found(Path payloads) implements LaunchBundle {
    @Override
    public Object blueprint() {
      return Map.of("id", blueprintId());
    }

    @Override
    public Object manifest() {
      return Map.of();
    }

    @Override
    public String blueprintId() {
      return "demo";
    }

    @Override
    public Validation configuration() {
      return Validation.of(List.of(), null);
    }

    @Override
    public List<ModelNeed> models() {
      return List.of();
    }

    @Override
    public Object webUi() {
      return null;
    }

    @Override
    public BundleHooks hooks() {
      return BundleHooks.NONE;
    }

    @Override
    public void place(String submission, LongConsumer progress) {}

    @Override
    public String configJson() {
      return "{}";
    }

    @Override
    public void reported(HookNews news) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Submission submission(String runId) {
      return new Submission(
          SampleManifests.program("demo", "true"), new Submission.Payloads.Folder(payloads), null);
    }
  }

  private LaunchContext means() {
    return new LaunchContext(jobs, new NoModels(), hooks);
  }

  private LaunchStore disk() {
    return new FolderLaunchStore(folder.resolve("launches"), Duration.ofDays(7), 3);
  }

  /** A server with its one thread, which runs when the test says so. */
  private Launches server(Fate fate, Queue<Runnable> thread) {
    clock.turn(Duration.ofSeconds(1));
    jobs.intercept(
        call -> {
          if (call.startsWith("submit")) {
            fate.step();
          }
        });
    return new Launches(
        order -> new Found(payloads),
        means(),
        new Disk(disk(), fate),
        clock,
        () -> "id-" + ids++,
        thread::add);
  }

  /** Runs a server until it dies or has nothing to do; the steps that it took. */
  private int live(Fate fate, boolean isFirst) {
    Queue<Runnable> thread = new ArrayDeque<>();
    try {
      Launches launches = server(fate, thread);
      launches.start();
      launches.goOn();
      if (isFirst) {
        launches.launch(
            new LaunchOrder(Source.CATALOG, "demo", null, null, null, false, ID, "ann"));
      }
      while (!thread.isEmpty()) {
        thread.remove().run();
      }
    } catch (Death e) {
      return fate.steps;
    }
    return fate.steps;
  }

  private void assertOneJobOrNone(List<Integer> history) {
    Optional<LaunchRecord> launch = disk().find(ID);
    if (launch.isEmpty()) {
      assertThat(jobs.submissions()).as("%s", history).isEmpty(); // it was never accepted
      return;
    }
    LaunchProgress reported = LaunchProgress.of(launch.get());
    assertThat(reported.status()).as("%s %s", history, reported).isEqualTo("completed");
    assertThat(reported.jobId()).as("%s", history).isNotNull();
    assertThat(jobs.list(10, true).data()).as("%s", history).hasSize(1);
    assertThat(jobs.list(10, true).data().getFirst().toString()).contains(reported.jobId());
    assertThat(folder.resolve("launches/launch-" + ID + "/bundle")).doesNotExist();
    assertThat(disk().open()).isEmpty();
  }

  private void reset() throws Exception {
    jobs = new FakeJobs();
    Path launches = folder.resolve("launches");
    if (Files.exists(launches)) {
      try (var all = Files.walk(launches)) {
        for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }

  private int steps() throws Exception {
    reset();
    int steps = live(new Fate(-1), true);
    assertOneJobOrNone(List.of());
    return steps;
  }

  @Test
  void whereverTheServerDiesThereIsOneJob() throws Exception {
    int steps = steps();
    assertThat(steps).isGreaterThan(20);
    for (int death = 0; death < steps; death++) {
      reset();
      live(new Fate(death), true);
      Optional<String> reported = disk().find(ID).map(LaunchRecord::runId);
      live(new Fate(-1), false);
      assertOneJobOrNone(List.of(death));
      reported.ifPresent(id -> assertThat(disk().find(ID).orElseThrow().runId()).isEqualTo(id));
    }
  }

  @Test
  void whereverTwoServersDieOneAfterTheOtherThereIsOneJob() throws Exception {
    int steps = steps();
    for (int death = 1; death < steps; death += 2) {
      for (int other = 0; other < steps; other += 3) {
        reset();
        live(new Fate(death), true);
        live(new Fate(other), false);
        live(new Fate(-1), false);
        assertOneJobOrNone(List.of(death, other));
      }
    }
  }

  /** It may be what kills them. */
  @Test
  void aLaunchThatServersDiedOfIsGivenUp() throws Exception {
    int steps = steps();
    for (int death = 6; death < steps - 3; death += 3) { // it is over in the last steps
      reset();
      live(new Fate(death), true);
      for (int server = 0; server < RecoveredLaunches.MOST_SERVERS; server++) {
        live(new Fate(3), false); // after it was counted
        assertThat(disk().open()).as("%d %d", death, server).hasSize(1);
      }
      live(new Fate(-1), false);

      LaunchProgress reported = LaunchProgress.of(disk().find(ID).orElseThrow());
      assertThat(reported.status()).as("%s", reported).isEqualTo("failed");
      assertThat(reported.error()).contains("3 servers", "given up", "before you launch it again");
      assertThat(disk().open()).isEmpty();
      assertThat(folder.resolve("launches/launch-" + ID + "/bundle")).doesNotExist();
    }
  }

  @Test
  void aServerThatStopsInGoodOrderDoesNotCount() throws Exception {
    reset();
    jobs.intercept(call -> {});
    live(new Fate(8), true);
    for (int server = 0; server < 5; server++) {
      Queue<Runnable> thread = new ArrayDeque<>();
      Launches launches = server(new Fate(-1), thread);
      jobs.intercept(
          call -> {
            launches.close();
            throw MnException.unavailable("the runtime stops, too", null);
          });
      launches.start();
      launches.goOn();
      while (!thread.isEmpty()) {
        thread.remove().run();
      }
      assertThat(disk().open()).hasSize(1);
    }
    live(new Fate(-1), false);
    assertOneJobOrNone(List.of());
  }

  /**
   * Few at once leave room for what else the server does; nothing goes on before its doors open.
   */
  @Test
  void fewOfThoseThatWereLeftOpenGoOnAtOnce() throws Exception {
    reset();
    for (int i = 0; i < 3 * RecoveredLaunches.MOST_AT_ONCE; i++) {
      LaunchOrder open = new LaunchOrder(Source.PATH, "x", "r" + i, null, null, false, "p" + i, "");
      disk().write(LaunchRecord.fresh("k" + i, open));
    }
    Queue<Runnable> thread = new ArrayDeque<>();
    Launches launches = server(new Fate(-1), thread);
    launches.start();
    assertThat(thread).isEmpty();
    launches.goOn();
    while (!thread.isEmpty()) {
      assertThat(thread.size()).isLessThanOrEqualTo(RecoveredLaunches.MOST_AT_ONCE);
      thread.remove().run();
    }

    assertThat(jobs.submissions()).hasSize(3 * RecoveredLaunches.MOST_AT_ONCE);
    assertThat(disk().open()).isEmpty();
  }

  /** Written by a server that did not count yet. */
  @Test
  void recordsWithoutACountAreRead() throws Exception {
    reset();
    LaunchOrder open = new LaunchOrder(Source.PATH, "x", "r", null, null, false, "p-old", null);
    disk().write(LaunchRecord.fresh("k", open).takenUp(2));
    Path record = folder.resolve("launches/launch-p-old/launch.json");
    String old = Files.readString(record).replace("\"taken_up\":2,", "");
    assertThat(old).doesNotContain("taken_up");
    Files.writeString(record, old);

    assertThat(disk().open()).extracting(LaunchRecord::takenUp).containsExactly(0);
  }

  /** The answer is lost, so nobody knows whether there is a job. */
  @Test
  void aSubmissionWithoutAnAnswerIsMadeAgainAndMakesOneJob() throws Exception {
    reset();
    List<String> asked = new ArrayList<>();
    Queue<Runnable> thread = new ArrayDeque<>();
    LaunchPorts.Patience patience =
        new LaunchPorts.Patience() {
          @Override
          public boolean await(Duration time) {
            return true;
          }

          @Override
          public boolean isOver() {
            return false;
          }
        };
    jobs.intercept(
        call -> {
          if (call.startsWith("submit") && asked.size() < 3) {
            asked.add(call);
            throw asked.size() == 1
                ? MnException.unavailable("the runtime does not answer", null)
                : new MnException(ErrorCode.UNAVAILABLE, "resource_overloaded", "it is too much");
          }
        });
    LaunchPorts ports =
        new LaunchPorts(
            order -> new Found(payloads),
            jobs,
            new NoModels(),
            means().hooks(),
            disk(),
            clock,
            patience);
    LaunchOrder order = new LaunchOrder(Source.PATH, "x", "r", null, null, false, ID, null);
    LaunchLog log = new LaunchLog(LaunchRecord.fresh("k", order), disk(), clock, () -> {});
    LaunchRun run = new LaunchRun(ports, log);
    run.find((wish, bundle) -> "r");

    assertThat(run.finish().jobId()).isNotNull();
    assertThat(asked).hasSize(3);
    assertThat(thread).isEmpty();
  }

  @Test
  void whatIsOverIsForgottenAfterAWeekAndWhatIsOpenIsNot() throws Exception {
    reset();
    live(new Fate(-1), true);
    live(new Fate(4), false);
    LaunchOrder open = new LaunchOrder(Source.PATH, "x", "r", null, null, false, "p-open", null);
    disk().write(LaunchRecord.fresh("k", open));
    Instant now = Instant.now();

    disk().forget(now.plus(Duration.ofDays(6)));
    assertThat(disk().find(ID)).isPresent();
    disk().forget(now.plus(Duration.ofDays(8)));
    assertThat(disk().find(ID)).isEmpty();
    assertThat(folder.resolve("launches/launch-" + ID)).doesNotExist();
    assertThat(disk().open()).extracting(LaunchRecord::id).containsExactly("p-open");
  }

  /** Somebody's script launches what is refused, again and again. */
  @Test
  void ofLaunchesThatFailedTheNewestStay() throws Exception {
    reset();
    live(new Fate(-1), true);
    for (int i = 0; i < 6; i++) {
      LaunchOrder order = new LaunchOrder(Source.PATH, "x", "r", null, null, false, "f" + i, null);
      LaunchLog log = new LaunchLog(LaunchRecord.fresh("k", order), disk(), clock, () -> {});
      log.failed(Phase.REQUIREMENTS, MnException.invalid("no"));
      Files.setLastModifiedTime(
          folder.resolve("launches/launch-f" + i), FileTime.from(clock.instant().plusSeconds(i)));
    }
    disk().forget(clock.instant());

    assertThat(folder.resolve("launches").toFile().list())
        .containsExactlyInAnyOrder("launch-" + ID, "launch-f3", "launch-f4", "launch-f5");
  }

  @Test
  void aServerForgetsWhatIsOldEachHour() throws Exception {
    reset();
    live(new Fate(-1), true);
    Path old = folder.resolve("launches/launch-" + ID);
    Files.setLastModifiedTime(old, FileTime.from(clock.instant()));
    Queue<Runnable> thread = new ArrayDeque<>();
    Launches launches = server(new Fate(-1), thread);
    launches.start();
    clock.turn(Duration.ofDays(7).minusMinutes(1));
    launches.launch(new LaunchOrder(Source.PATH, "x", "r", null, null, false, "p-2", null));
    thread.forEach(Runnable::run);
    assertThat(old).exists();
    clock.turn(Duration.ofHours(1));
    thread.clear();
    launches.launch(new LaunchOrder(Source.PATH, "x", "r2", null, null, false, "p-3", null));
    thread.forEach(Runnable::run);
    assertThat(old).doesNotExist();
  }

  /** Its author can mend that; the disk of the server is in order. */
  @Test
  void aPayloadThatCannotBeReadIsToldByItsName() throws Exception {
    LaunchOrder order = new LaunchOrder(Source.PATH, "x", "r", null, null, false, ID, null);
    LaunchRecord launch = LaunchRecord.fresh("k", order);
    Files.createDirectories(payloads.resolve("in"));
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(payloads.resolve("in/door")));

      assertThatThrownBy(() -> disk().keep(launch, new Found(payloads).submission("r")))
          .isInstanceOfSatisfying(
              MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID))
          .hasMessage("payloads/in/door cannot be read: it is no regular file");
    }
  }

  /** Then the next server would go on with it, and make a job that nobody wants any more. */
  @Test
  void anEndThatCannotBeWrittenIsWrittenLater() throws Exception {
    reset();
    List<MnException> full = new ArrayList<>();
    LaunchStore store =
        new Disk(disk(), new Fate(-1)) {
          @Override
          public void write(LaunchRecord launch) {
            if (!full.isEmpty()) {
              throw full.getFirst();
            }
            super.write(launch);
          }
        };
    LaunchOrder order = new LaunchOrder(Source.PATH, "x", "r", null, null, false, ID, null);
    LaunchLog log = new LaunchLog(LaunchRecord.fresh("k", order), store, clock, () -> {});
    log.running(Phase.SUBMIT, "Submitting.");
    store.keep(log.launch(), new Found(payloads).submission("r"));
    full.add(MnException.storageFull(ErrorCode.STORAGE_FULL, "full", null));
    log.submitted("job-1");

    assertThat(log.isEndOpen()).isTrue();
    assertThat(disk().kept(log.launch()).manifestJson()).isNotEmpty();
    full.clear();
    assertThat(log.writeEnd()).isTrue();
    assertThat(log.isEndOpen()).isFalse();
    assertThat(disk().find(ID).orElseThrow().jobId()).isEqualTo("job-1");
    assertThat(folder.resolve("launches/launch-" + ID + "/bundle")).doesNotExist();
  }

  @Test
  void aRefusalEndsTheLaunchAndLeavesNothing() throws Exception {
    reset();
    jobs.intercept(
        call -> {
          if (call.startsWith("submit")) {
            throw new MnException(ErrorCode.CONFLICT, "run_id_in_use", "run r is in use");
          }
        });
    Queue<Runnable> thread = new ArrayDeque<>();
    Launches launches =
        new Launches(
            order -> new Found(payloads), means(), disk(), clock, () -> "k" + ids++, thread::add);
    var ticket =
        launches.launch(new LaunchOrder(Source.PATH, "x", "r", null, null, false, ID, null));
    while (!thread.isEmpty()) {
      thread.remove().run();
    }

    assertThat(ticket.done()).isCompletedExceptionally();
    assertThat(launches.progress(ID).status()).isEqualTo("failed");
    assertThat(launches.progress(ID).error()).isEqualTo("run r is in use");
    assertThat(folder.resolve("launches/launch-" + ID + "/bundle")).doesNotExist();
    assertThat(disk().open()).isEmpty();
  }
}
