package io.mirrorneuron.runtime.exec.confine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.mirrorneuron.config.Confinement;
import io.mirrorneuron.runtime.exec.confine.Confiner.Reach;
import io.mirrorneuron.runtime.exec.process.Notice;
import io.mirrorneuron.runtime.exec.process.ProgramWatcher;
import io.mirrorneuron.runtime.exec.spawn.Program;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation.Device;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files of cards programs get, on machines that are folders; one program tries them. */
class GraphicsFilesIT {
  private static final List<String> NVIDIA =
      List.of("nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "nvidia-caps/nvidia-cap3");

  @TempDir private Path machine;

  @BeforeEach
  void make() throws IOException {
    for (String name : List.of("dev", "proc", "sys")) {
      Files.createDirectory(machine.resolve(name));
    }
  }

  @Test
  void whoWasGivenACardGetsItsFilesAndThoseOfAllCards() throws IOException {
    devices(NVIDIA);
    assertThat(given(Set.of("nvidia"), nvidia("GPU-b", 1)))
        .containsExactlyInAnyOrder("nvidia1", "nvidiactl", "nvidia-uvm");
    assertThat(given(Set.of("nvidia"))).isEmpty();
  }

  /** The number in the name of a file is not that of the vendor's tool. */
  @Test
  void theDriverKnowsWhichFileIsOfWhichCard() throws IOException {
    devices(NVIDIA);
    card("0000:01:00.0", "GPU-a", 1);
    card("0000:02:00.0", "GPU-b", 0);
    devices(List.of("dri/renderD128", "dri/renderD129"));
    display("renderD128", "0000:01:00.0", "0x10de", null);
    display("renderD129", "0000:02:00.0", "0x10de", null);

    assertThat(given(Set.of("nvidia"), nvidia("GPU-a", 0)))
        .containsExactlyInAnyOrder("nvidia1", "nvidiactl", "nvidia-uvm", "dri/renderD128");
    assertThat(given(Set.of("nvidia"))).isEmpty();
  }

  @Test
  void aPartOfACardComesWithWhatItIsReachedBy() throws IOException {
    devices(NVIDIA);
    devices(List.of("nvidia-caps/nvidia-cap4", "nvidia-caps/nvidia-cap7"));
    card("0000:01:00.0", "GPU-a", 0);
    card("0000:02:00.0", "GPU-b", 1);
    put("proc/driver/nvidia/capabilities/gpu1/mig/gi1/access", "DeviceFileMinor: 3\nMode: 292\n");
    put("proc/driver/nvidia/capabilities/gpu1/mig/gi1/ci0/access", "DeviceFileMinor: 4\n");
    put("proc/driver/nvidia/capabilities/gpu1/mig/gi2/access", "DeviceFileMinor: 7\n");

    assertThat(given(Set.of("nvidia"), nvidia("MIG-GPU-b/1/0", 1)))
        .containsExactlyInAnyOrder(
            "nvidia1",
            "nvidiactl",
            "nvidia-uvm",
            "nvidia-caps/nvidia-cap3",
            "nvidia-caps/nvidia-cap4");
    assertThat(given(Set.of("nvidia"), nvidia("MIG-5c3f", 1)))
        .contains("nvidia1", "nvidia-caps/nvidia-cap7")
        .doesNotContain("nvidia0");
    assertThat(given(Set.of("nvidia"), nvidia("GPU-b", 1))).noneMatch(one -> one.contains("cap"));
  }

  @Test
  void cardsOfAmdAreKnownByNumberPlaceOrPosition() throws IOException {
    devices(List.of("kfd", "dri/renderD128", "dri/renderD129", "dri/card0", "dri/renderD130"));
    display("card0", "0000:03:00.0", "0x1002", "00ab");
    display("renderD128", "0000:03:00.0", "0x1002", "00ab");
    display("renderD129", "0000:04:00.0", "0x1002", null);
    display("renderD130", "0000:00:02.0", "0x8086", null); // which nobody can ask for

    assertThat(given(Set.of("amd"), amd("GPU-00000000000000ab", 1)))
        .containsExactlyInAnyOrder("kfd", "dri/card0", "dri/renderD128", "dri/renderD130");
    for (Device second : List.of(amd("0000:04:00.0", 0), amd("card1", 1))) {
      assertThat(given(Set.of("amd"), second))
          .containsExactlyInAnyOrder("kfd", "dri/renderD129", "dri/renderD130");
    }
    assertThat(given(Set.of("amd"))).containsExactly("dri/renderD130");
  }

  @Test
  void whatNobodyCanAskForIsForAll() throws IOException {
    devices(NVIDIA);
    devices(List.of("kfd", "dri/renderD128", "accel/accel0", "dxg", "sda"));
    assertThat(given(Set.of()))
        .contains("nvidia0", "nvidia-caps", "kfd", "dri/renderD128", "accel", "dxg")
        .doesNotContain("sda");
    assertThat(given(Set.of("nvidia"))).containsExactlyInAnyOrder("accel", "kfd");
  }

  @Test
  void theKernelRefusesTheOthers() throws Exception {
    devices(NVIDIA);
    try (Spawner spawner = Spawner.best("graphics")) {
      Path workspaces = Files.createDirectory(machine.resolve("workspaces"));
      Confiner confiner =
          Confiner.start(
              new Confinement(
                  Confinement.Mode.AUTO,
                  List.of(machine),
                  List.of(),
                  List.of(),
                  machine.resolve("submissions"),
                  Set.of()),
              files(Set.of("nvidia")),
              workspaces,
              spawner);
      assumeThat(confiner.isOn()).isTrue();
      Path own = Files.createDirectory(workspaces.resolve("own"));
      Reach reach = new Reach(List.of(), List.of(own), List.of(nvidia("GPU-b", 1)));
      String script =
          "for n in %s; do (: <%s/dev/$n) 2>/dev/null && echo $n; done"
              .formatted(String.join(" ", NVIDIA), machine);
      assertThat(printed(spawner, confiner, reach, script))
          .containsExactlyInAnyOrder("nvidia1", "nvidiactl", "nvidia-uvm");
      assertThat(printed(spawner, confiner, Reach.writing(own), script)).isEmpty();
    }
  }

  private static List<String> printed(
      Spawner spawner, Confiner confiner, Reach reach, String script) throws Exception {
    var out = new ByteArrayOutputStream();
    var drained = new CountDownLatch(1);
    var inbox = new Notice.Inbox();
    Consumer<ByteBuffer> keep =
        bytes -> {
          byte[] some = new byte[bytes.remaining()];
          bytes.get(some);
          out.writeBytes(some);
        };
    var watcher =
        new Spawner.Watcher() {
          private final ProgramWatcher inner = new ProgramWatcher(inbox, keep, _ -> {});

          @Override
          public void stdout(ByteBuffer bytes) {
            inner.stdout(bytes);
          }

          @Override
          public void stderr(ByteBuffer bytes) {
            inner.stderr(bytes);
          }

          @Override
          public void drained() {
            drained.countDown();
          }

          @Override
          public void exited() {
            inner.exited();
          }
        };
    var program =
        new Program(
            Path.of("/bin/sh"),
            List.of("sh", "-c", script),
            Map.of(),
            reach.write().getFirst(),
            confiner.around(reach));
    try (Spawner.Child child = spawner.spawn(program, watcher)) {
      assertThat(drained.await(20, TimeUnit.SECONDS)).isTrue();
      child.reap();
    }
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private GraphicsFiles files(Set<String> vendors) {
    return new GraphicsFiles(
        machine.resolve("dev"), machine.resolve("proc"), machine.resolve("sys"), () -> vendors);
  }

  private List<String> given(Set<String> vendors, Device... devices) {
    return files(vendors).of(List.of(devices)).stream()
        .map(path -> machine.resolve("dev").relativize(path).toString())
        .toList();
  }

  private static Device nvidia(String id, int index) {
    return new Device(id, index, "gpu", "nvidia", "cuda");
  }

  private static Device amd(String id, int index) {
    return new Device(id, index, "gpu", "amd", "rocm");
  }

  private void devices(List<String> names) throws IOException {
    for (String name : names) {
      put("dev/" + name, "x");
    }
  }

  private void card(String address, String uuid, int minor) throws IOException {
    put(
        "proc/driver/nvidia/gpus/" + address + "/information",
        "Model: \t\t NVIDIA A100\nGPU UUID: \t %s\nDevice Minor: \t %d\n".formatted(uuid, minor));
  }

  private void display(String node, String address, String vendor, String unique)
      throws IOException {
    put("sys/devices/" + address + "/vendor", vendor + "\n");
    if (unique != null) {
      put("sys/devices/" + address + "/unique_id", unique + "\n");
    }
    Path folder = Files.createDirectories(machine.resolve("sys/class/drm").resolve(node));
    Files.createSymbolicLink(
        folder.resolve("device"), machine.resolve("sys/devices").resolve(address));
  }

  private void put(String name, String text) throws IOException {
    Path file = machine.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
