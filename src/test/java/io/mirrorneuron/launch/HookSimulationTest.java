package io.mirrorneuron.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.LaunchSettings;
import io.mirrorneuron.config.TrustedFolders;
import io.mirrorneuron.config.TrustedFolders.Commands;
import io.mirrorneuron.launch.LaunchOrder.Source;
import io.mirrorneuron.launch.LaunchRecord.Phase;
import io.mirrorneuron.launch.Launches.LaunchProgress;
import io.mirrorneuron.launch.hook.BundleHooks;
import io.mirrorneuron.launch.hook.FolderHookStore;
import io.mirrorneuron.launch.hook.HookFiles;
import io.mirrorneuron.launch.hook.HookStore;
import io.mirrorneuron.launch.hook.HookStore.HookNews;
import io.mirrorneuron.launch.hook.HookStore.HookRecord;
import io.mirrorneuron.launch.hook.RunHooks;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.HookPrograms;
import io.mirrorneuron.port.HookPrograms.HookProgram;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.port.ModelsPort.ModelNeed;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.testing.FakeJobs;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A server that dies before or after each thing that a launch with hooks does, on real folders with
 * programs that end with their server: each history in turn, and pairs of deaths.
 */
@Timeout(90)
@Whole
class HookSimulationTest {
  private static final String ID = "p-1";
  private final TurnedClock clock = new TurnedClock(Instant.parse("2026-06-20T10:00:00Z"));

  /** Kills the server of the test; no part of a launch catches it. */
  private static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  @TempDir Path folder;
  private Path bundle;
  private RunStore runs;
  private FakeJobs jobs;
  private int ids;

  /** Launched while the first one is in its hook. */
  private List<LaunchOrder> seconds = List.of();

  /** What ran in all, in order, and most of it at once. */
  private final List<String> started = new ArrayList<>();

  private final Set<String> alive = new HashSet<>();
  private int mostAlive;

  /** Happens once while the first hook is waited for. */
  private Runnable meanwhile = () -> {};

  @BeforeEach
  void bundle() throws Exception {
    bundle = Files.createDirectories(folder.resolve("trusted/bundle"));
    Files.createDirectories(bundle.resolve("payloads"));
    Files.createDirectories(bundle.resolve("scripts"));
    Files.writeString(bundle.resolve(BundleHooks.BEFORE), "");
    Files.writeString(bundle.resolve(BundleHooks.AFTER), "");
    runs = new RunStore(folder.resolve("runs"), new RunWriter.Elsewhere());
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

    void around(Runnable work) {
      step();
      work.run();
      step();
    }
  }

  private record LaunchDisk(LaunchStore real, Fate fate) implements LaunchStore {
    @Override
    public Optional<LaunchRecord> find(String progressId) {
      return real.find(progressId);
    }

    @Override
    public void write(LaunchRecord launch) {
      fate.around(() -> real.write(launch));
    }

    @Override
    public void keep(LaunchRecord launch, Submission submission) {
      fate.around(() -> real.keep(launch, submission));
    }

    @Override
    public Submission kept(LaunchRecord launch) {
      return real.kept(launch);
    }

    @Override
    public void discard(LaunchRecord launch) {
      real.discard(launch);
    }

    @Override
    public List<LaunchRecord> open() {
      return real.open();
    }

    @Override
    public void forget(Instant before) {
      real.forget(before);
    }
  }

  private record HookDisk(HookStore real, Fate fate) implements HookStore {
    @Override
    public void begin(HookRecord record, Path of) {
      fate.around(() -> real.begin(record, of));
    }

    @Override
    public Path bundle(String runId) {
      return real.bundle(runId);
    }

    @Override
    public void write(HookRecord record) {
      fate.around(() -> real.write(record));
    }

    @Override
    public void remove(String runId) {
      fate.around(() -> real.remove(runId));
    }

    @Override
    public List<HookRecord> all() {
      return real.all();
    }
  }

  /** The first hook is ready when it was waited for once, and stays; the last one just ends. */
  private final class Programs implements HookPrograms {
    private final Fate fate;

    Programs(Fate fate) {
      this.fate = fate;
    }

    @Override
    public Hook start(HookProgram program) {
      boolean isFirst = program.command().getFirst().endsWith(BundleHooks.BEFORE);
      fate.step();
      started.add(isFirst ? "before" : "after " + program.variables().get("MN_JOB_STATUS"));
      if (isFirst) {
        alive.add(program.id() + started.size());
        mostAlive = Math.max(mostAlive, alive.size());
      }
      String mine = program.id() + started.size();
      fate.step();
      return new Hook() {
        @Override
        public long pid() {
          return 1;
        }

        @Override
        public boolean awaitExit(Duration time) {
          if (isFirst) {
            Runnable now = meanwhile;
            meanwhile = () -> {};
            now.run();
            fate.around(() -> ready(program.variables().get("MN_PRE_LAUNCH_READY_FILE")));
          }
          return !isFirst;
        }

        @Override
        public int stop() {
          alive.remove(mine);
          return 0;
        }
      };
    }
  }

  private static void ready(String file) {
    try {
      Files.writeString(Path.of(file), "{\"env\": {\"PORT\": \"4711\"}}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class Found implements LaunchBundle {
    private final String place;
    private HookNews news;

    Found(String place) {
      this.place = place;
    }

    @Override
    public Object blueprint() {
      return Map.of("id", "demo");
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
      return Validation.of(
          place.equals("wrong")
              ? List.of(Validation.Issue.error("no", "no", "", Validation.Location.BUNDLE))
              : List.of(),
          null);
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
      return place.equals("plain") ? BundleHooks.NONE : BundleHooks.of(bundle, true);
    }

    @Override
    public void place(String submission, LongConsumer progress) {}

    @Override
    public String configJson() {
      return "{}";
    }

    @Override
    public void reported(HookNews reported) {
      news = reported;
    }

    @Override
    public Submission submission(String runId) {
      String heard = news == null ? "true" : news.environment().get("PORT");
      return new Submission(
          "{\"run_id\":\"" + runId + "\"," + SampleManifests.program("demo", heard).substring(1),
          new Submission.Payloads.Folder(bundle.resolve("payloads")),
          null);
    }
  }

  private FolderHookStore hookDisk() {
    return new FolderHookStore(folder.resolve("hooks"));
  }

  private LaunchStore launchDisk() {
    return new FolderLaunchStore(folder.resolve("launches"), Duration.ofDays(7), 1000);
  }

  private Launches server(Fate fate, Queue<Runnable> thread) {
    clock.turn(Duration.ofSeconds(1));
    boolean hadSubmitted =
        launchDisk().find(ID).filter(launch -> launch.hasCome(Phase.SUBMIT)).isPresent();
    jobs.intercept(
        call -> {
          if (call.startsWith("submit")) {
            assertThat(hadSubmitted || !alive.isEmpty()).as("it is accompanied").isTrue();
            fate.step();
          }
        });
    LaunchSettings limits =
        new LaunchSettings(
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            List.of(),
            List.of());
    RunHooks hooks =
        new RunHooks(
            new RunHooks.Machine(
                new Programs(fate),
                new TrustedFolders(Commands.TRUSTED, List.of(folder.resolve("trusted")), List.of()),
                limits),
            new HookDisk(hookDisk(), fate),
            new HookFiles(runs),
            jobs,
            clock,
            thread::add);
    return new Launches(
        this::found,
        new LaunchContext(jobs, new NoModels(), hooks),
        new LaunchDisk(launchDisk(), fate),
        clock,
        () -> "id-" + ids++,
        thread::add);
  }

  private LaunchBundle found(LaunchOrder order) {
    if (order.place().equals("missing")) {
      throw new MnException(ErrorCode.NOT_FOUND, "bundle_not_found", "there is none");
    }
    return new Found(order.place());
  }

  /** Runs a server until it dies or has nothing to do; the steps that it took. */
  private int live(Fate fate, boolean isFirst) {
    Queue<Runnable> thread = new ArrayDeque<>();
    meanwhile = () -> {};
    alive.clear(); // what an earlier server left is ended before anything else
    try {
      Launches launches = server(fate, thread);
      launches.start();
      launches.goOn();
      if (isFirst) {
        launches.launch(
            new LaunchOrder(Source.CATALOG, "demo", "run-1", null, null, false, ID, "ann"));
        seconds.forEach(one -> meanwhile = launching(meanwhile, launches, one, thread));
      }
      workOff(thread);
    } catch (Death e) {
      return fate.steps;
    }
    return fate.steps;
  }

  private Runnable launching(
      Runnable before, Launches launches, LaunchOrder order, Queue<Runnable> thread) {
    return () -> {
      before.run();
      launches.launch(order);
      workOff(thread);
    };
  }

  private void workOff(Queue<Runnable> thread) {
    while (!thread.isEmpty()) {
      for (JobPage.Row job : jobs.list(10, false).data()) {
        jobs.cancel(Json.parseObject(job.json(), "job").get("job_id").asText());
      }
      thread.remove().run();
    }
  }

  private void assertOneJobAndNothingLeft(List<Integer> history) throws IOException {
    Optional<LaunchRecord> launch = launchDisk().find(ID);
    String reported = history + " " + started;
    assertThat(alive).as(reported).isEmpty();
    assertThat(mostAlive).as(reported).isLessThanOrEqualTo(1);
    assertThat(hookDisk().all()).as(reported).isEmpty();
    long after = started.stream().filter("after cancelled"::equals).count();
    assertThat(started).as(reported).doesNotContain("after not_launched");
    if (launch.isEmpty()) {
      assertThat(jobs.submissions()).as(reported).isEmpty(); // it was never accepted
      return;
    }
    LaunchProgress progress = LaunchProgress.of(launch.get());
    assertThat(progress.status()).as("%s %s", reported, progress).isEqualTo("completed");
    assertThat(jobs.list(10, true).data()).as(reported).hasSize(1);
    assertThat(jobs.submissions().getLast().manifestJson()).as(reported).contains("4711");
    assertThat(after).as(reported).isLessThanOrEqualTo(1);
    if (history.isEmpty()) {
      assertThat(started).containsExactly("before", "after cancelled");
    }
  }

  private void reset() throws Exception {
    jobs = new FakeJobs();
    started.clear();
    alive.clear();
    mostAlive = 0;
    meanwhile = () -> {};
    for (String name : List.of("launches", "hooks", "runs/run-1")) {
      Path place = folder.resolve(name);
      if (Files.exists(place)) {
        try (Stream<Path> all = Files.walk(place)) {
          for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(each);
          }
        }
      }
    }
  }

  private int steps() throws Exception {
    reset();
    int steps = live(new Fate(-1), true);
    assertOneJobAndNothingLeft(List.of());
    return steps;
  }

  @Test
  void whereverTheServerDiesThereIsOneJobAndNoHelperLeft() throws Exception {
    int steps = steps();
    assertThat(steps).isGreaterThan(40);
    int missed = 0;
    for (int death = 0; death < steps; death++) {
      reset();
      live(new Fate(death), true);
      live(new Fate(-1), false);
      assertOneJobAndNothingLeft(List.of(death));
      boolean isLaunched = launchDisk().find(ID).isPresent();
      missed += isLaunched && !started.contains("after cancelled") ? 1 : 0;
    }
    // only a server that dies between writing that the last hook begins and its beginning
    assertThat(missed).isLessThanOrEqualTo(2);
  }

  @Test
  void whereverTwoServersDieOneAfterTheOtherThereIsOneJobAndNoHelperLeft() throws Exception {
    int steps = steps();
    for (int death = 1; death < steps; death += 5) {
      for (int other = 0; other < steps; other += 4) {
        reset();
        live(new Fate(death), true);
        live(new Fate(other), false);
        live(new Fate(-1), false);
        assertOneJobAndNothingLeft(List.of(death, other));
      }
    }
  }

  private static LaunchOrder second(String place, boolean force, String progress) {
    return new LaunchOrder(Source.PATH, place, "run-1", null, null, force, progress, null);
  }

  private void assertSecondsFailed(List<Integer> history) {
    for (LaunchOrder second : seconds) {
      launchDisk()
          .find(second.progressId())
          .map(LaunchProgress::of)
          .ifPresent(
              reported ->
                  assertThat(reported.status()).as("%s %s", history, reported).isEqualTo("failed"));
    }
  }

  /** Each is refused, wherever the server dies, and takes nothing from the first. */
  @ParameterizedTest
  @CsvSource({"demo,false", "demo,true", "plain,false", "wrong,false", "missing,false"})
  void aSecondLaunchOfARunThatIsInItsHookLeavesItAlone(String place, boolean force)
      throws Exception {
    seconds = List.of(second(place, force, "p-0"));
    int steps = steps();
    assertSecondsFailed(List.of());
    assertThat(runs.root().resolve("run-1/pre_launch.log")).exists();
    assertThat(runs.root().resolve("run-1/pre_launch.ready")).exists();
    for (int death = 0; death < steps; death++) {
      reset();
      live(new Fate(death), true);
      live(new Fate(-1), false);
      assertOneJobAndNothingLeft(List.of(death));
      assertSecondsFailed(List.of(death));
    }
  }

  @Test
  void threeLaunchesOfOneRunMakeOneJob_andItsFilesStay() throws Exception {
    seconds = List.of(second("demo", false, "p-0"), second("plain", true, "p-2"));
    int steps = steps();
    assertSecondsFailed(List.of());
    for (int death = 1; death < steps; death += 2) {
      reset();
      live(new Fate(death), true);
      live(new Fate(death / 2), false);
      live(new Fate(-1), false);
      assertOneJobAndNothingLeft(List.of(death, death / 2));
      assertSecondsFailed(List.of(death, death / 2));
    }
  }

  /** Whoever waits for the end of the older job has not been told yet. */
  @Test
  void theNextLaunchEndsTheHelperOfARunWhoseJobIsOver() throws Exception {
    reset();
    Queue<Runnable> thread = new ArrayDeque<>();
    Launches launches = server(new Fate(-1), thread);
    launches.launch(new LaunchOrder(Source.CATALOG, "demo", "run-1", null, null, false, ID, null));
    work(thread); // forgets old ones
    work(thread);
    String job = launches.progress(ID).jobId();
    Runnable waits = thread.remove();
    LaunchOrder second =
        new LaunchOrder(Source.CATALOG, "demo", "run-2", null, null, false, "p-2", null);
    jobs.cancel(job);

    launches.launch(second);
    while (!thread.isEmpty() && launches.progress("p-2").jobId() == null) {
      work(thread);
    }

    assertThat(started).containsExactly("before", "after cancelled", "before");
    assertThat(alive).hasSize(1);
    assertThat(mostAlive).isEqualTo(1);
    assertThat(launches.progress("p-2").events())
        .filteredOn(event -> event.phase().equals("cleanup"))
        .singleElement()
        .satisfies(event -> assertThat(event.details()).containsEntry("run_ids", List.of("run-1")));
    waits.run(); // and that comes too late
    assertThat(started).hasSize(3);
  }

  private static void work(Queue<Runnable> thread) {
    thread.remove().run();
  }
}
