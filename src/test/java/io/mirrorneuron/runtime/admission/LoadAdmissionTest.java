package io.mirrorneuron.runtime.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.config.LoadLimits;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.admission.LoadAdmission.Programs;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import io.mirrorneuron.runtime.cluster.Hardware.Software;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine of four processors, of which a container may use two, with files as Linux has them. */
class LoadAdmissionTest {
  private static final LoadLimits LIMITS = new LoadLimits(true, 1.5, 3, 0.95, 0.98, 0.95);

  @TempDir Path proc;
  private double loadAverage;
  private long availableMegabytes = 800;
  private final List<Gpu> gpus = new ArrayList<>();
  private int slotsInUse;
  private int waiting = 3;

  @BeforeEach
  void isBusyNow() throws IOException {
    pressure(85);
  }

  private void pressure(double avg10) throws IOException {
    write("pressure/cpu", "some avg10=%s avg60=1.00 avg300=1.00 total=1\n".formatted(avg10));
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(proc.resolve(file).getParent());
    Files.writeString(proc.resolve(file), text);
  }

  private LoadAdmission load(LoadLimits limits) {
    return new LoadAdmission(
        limits,
        () ->
            new Hardware(
                "unix",
                "linux",
                new Hardware.Cpu(2, "amd64", "x", loadAverage, 4),
                new Hardware.Memory(1000, availableMegabytes),
                new Hardware.Disk(1, 1),
                gpus),
        new Programs(() -> slotsInUse, () -> waiting),
        proc);
  }

  /** Null when new work is taken. */
  private MnException refusal() {
    return catchThrowableOfType(MnException.class, () -> load(LIMITS).requireRoom());
  }

  @Test
  void anIdleMachineTakesWork() {
    assertThat(refusal()).isNull();
  }

  @Test
  void whatIsOverItsLimitIsToldAndCallersMayComeAgain() {
    loadAverage = 12.5;
    availableMegabytes = 10;
    MnException refusal = refusal();
    assertThat(refusal)
        .hasMessage(
            "resource_overloaded: cpu=3.125 threshold=1.5, waiting=3 limit=3, memory=0.99 threshold=0.95");
    assertThat(refusal.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(refusal.error()).isEqualTo("resource_overloaded");
    assertThat(refusal.retryAfterMs()).isEqualTo(10_000);
  }

  @Test
  void aJobWaitsForProcessorsUnlessTooManyDo() throws IOException {
    loadAverage = 12.5;
    waiting = 2;
    assertThat(refusal()).isNull();
    LoadAdmission busy = load(LIMITS);
    assertThat(busy.busy())
        .hasValue("others use its processors: cpu=3.125 threshold=1.5 (max_cpu_load_ratio)");
    assertThatExceptionOfType(MnException.class)
        .isThrownBy(busy::requireProcessors)
        .withMessage("resource_overloaded: cpu=3.125 threshold=1.5");
    availableMegabytes = 10;
    assertThat(refusal()).hasMessage("resource_overloaded: memory=0.99 threshold=0.95");
    pressure(1);
    assertThat(load(LIMITS).busy()).isEmpty();
    assertThatNoException().isThrownBy(load(LIMITS)::requireProcessors);
  }

  @Test
  void theLoadIsSharedByAllProcessorsOfTheMachine() {
    loadAverage = 6;
    assertThat(refusal()).isNull();
    loadAverage = 6.1;
    assertThat(refusal()).isNotNull();
  }

  @Test
  void tasksThatWaitForADiskAreNoLoad() throws IOException {
    loadAverage = 100;
    pressure(3.5);
    assertThat(refusal()).isNull();
  }

  @Test
  void itClearsWithinSecondsThoughTheAverageIsOfAMinute() throws IOException {
    loadAverage = 100;
    assertThat(refusal()).isNotNull();
    pressure(19.9);
    assertThat(refusal()).isNull();
  }

  @Test
  void withoutPressureTheTasksThatRunNowDecide() throws IOException {
    Files.delete(proc.resolve("pressure/cpu"));
    loadAverage = 100;
    write("stat", "cpu  1 2 3\nprocs_running 4\nprocs_blocked 90\n");
    assertThat(refusal()).isNull();
    write("stat", "cpu  1 2 3\nprocs_running 5\nprocs_blocked 0\n");
    assertThat(refusal()).isNotNull();
    Files.delete(proc.resolve("stat"));
    assertThat(refusal()).isNotNull();
  }

  @Test
  void aServerThatIsBusyItselfWithItsClientsIsNoReason() throws IOException {
    loadAverage = 100;
    LoadAdmission load = load(LIMITS);
    cpu(1000, 1000, 100);
    load.look();
    load.requireRoom(); // not known yet
    cpu(1390, 1010, 240); // of 400 others used 250
    load.look();
    load.requireRoom();
    cpu(1780, 1020, 320); // of 400 others used 310
    load.look();
    assertThatExceptionOfType(MnException.class).isThrownBy(load::requireRoom);
    cpu(1800, 1400, 330); // most is idle
    load.look();
    load.requireRoom();
  }

  /** In ticks since the machine began. */
  private void cpu(int busy, int idle, int own) throws IOException {
    write("stat", "cpu  %d 0 100 %d 0 0 0 0 0 0\ncpu0 1 2\n".formatted(busy - 100, idle));
    write(
        "self/stat",
        "7 (a (b) c) S 1 7 7 0 -1 4194560 1 0 0 0 %d 20 900 900 20 0 1 0\n".formatted(own - 20));
  }

  @Test
  void theProgramsOfThisServerAreNoReason() {
    loadAverage = 12;
    slotsInUse = 6;
    assertThat(refusal()).isNull();
    slotsInUse = 5;
    assertThat(refusal())
        .hasMessage("resource_overloaded: cpu=1.75 threshold=1.5, waiting=3 limit=3");
    loadAverage = 1;
    assertThat(refusal()).isNull();
  }

  @Test
  void aLoadThatIsNotKnownIsNone() {
    loadAverage = -1;
    assertThat(refusal()).isNull();
  }

  @Test
  void openFilesCount() throws IOException {
    write("sys/fs/file-nr", "970\t0\t1000\n");
    assertThat(refusal()).hasMessage("resource_overloaded: open_files=0.97 threshold=0.95");
    write("sys/fs/file-nr", "970\t100\t1000\n");
    assertThat(refusal()).isNull();
    write("sys/fs/file-nr", "no numbers here\n");
    assertThat(refusal()).isNull();
  }

  @Test
  void fullCardsRefuseOnlyWhoWantsOne() {
    gpus.add(card(24_000, 23_990));
    assertThat(refusal()).isNull();
    assertThat(refusal("{'devices':[{'kind':'gpu'}]}"))
        .hasMessage("resource_overloaded: gpu=1 threshold=0.98");
    assertThat(refusal("{}")).isNull();
    gpus.add(card(24_000, 100));
    assertThat(refusal("{'gpus':1}")).isNull();
  }

  @Test
  void aCardThatDoesNotTellHasRoom() {
    gpus.add(card(-1, -1));
    assertThat(refusal("{'gpus':1}")).isNull();
    gpus.clear();
    assertThat(refusal("{'gpus':1}")).isNull(); // that there is none, others say
  }

  @Test
  void whoDoesNotAskIsNeverRefused() {
    loadAverage = 1000;
    availableMegabytes = 0;
    gpus.add(card(24_000, 24_000));
    LoadAdmission off = load(new LoadLimits(false, 1.5, 0, 0.95, 0.98, 0.95));
    assertThatNoException().isThrownBy(off::requireRoom);
    assertThat(off.busy()).isEmpty();
    assertThatNoException().isThrownBy(() -> off.requireRoom(workflow("{'gpus':1}")));
  }

  private MnException refusal(String resources) {
    return catchThrowableOfType(
        MnException.class, () -> load(LIMITS).requireRoom(workflow(resources)));
  }

  private static Gpu card(long total, long used) {
    return new Gpu("g", 0, "RTX", Software.cuda("550", "12.4"), total, used, total - used, -1);
  }

  private static Workflow workflow(String resources) {
    String manifest =
        "{'manifest_version':'1.0','graph_id':'g','entrypoints':['a'],'edges':[],'nodes':["
            + "{'node_id':'a','agent_type':'router','resources':%s}]}";
    return new Manifests(DefaultRunner.HOST_LOCAL)
        .parse(manifest.formatted(resources).replace('\'', '"'));
  }
}
