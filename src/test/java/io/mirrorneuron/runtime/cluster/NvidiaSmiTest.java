package io.mirrorneuron.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.runtime.cluster.GpuTools.NvidiaSmi;
import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import io.mirrorneuron.runtime.cluster.Hardware.Software;
import io.mirrorneuron.testing.TurnedClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NvidiaSmiTest {
  private static final String LOG = "-q -x";
  private static final String LIST = "-L";
  private static final String QUERY =
      "--query-gpu=uuid,memory.total,memory.used,memory.free,utilization.gpu"
          + " --format=csv,noheader,nounits";

  private final TurnedClock clock = new TurnedClock(Instant.parse("2026-01-01T00:00:00Z"));
  private final Map<String, String> prints = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private final NvidiaSmi smi = new NvidiaSmi(clock);

  private List<Gpu> ask() throws IOException, InterruptedException {
    return smi.ask(
        arguments -> {
          String line = String.join(" ", arguments);
          asked.add(line);
          return prints.get(line);
        });
  }

  @Test
  void eightCardsAreEightDevices() throws Exception {
    prints.put(LOG, Recorded.text("nvidia-smi-q-x-h100-8.xml"));

    List<Gpu> gpus = ask();

    assertThat(gpus).extracting(Gpu::index).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    assertThat(gpus).extracting(Gpu::id).doesNotHaveDuplicates();
    assertThat(gpus.getLast())
        .isEqualTo(
            new Gpu(
                "GPU-5534d557-2a95-300a-81e6-7b626d87378a",
                7,
                "NVIDIA H100 80GB HBM3",
                Software.cuda("550.127.05", "12.4"),
                81_559,
                1,
                81_008,
                0));
  }

  @Test
  void theWholeLogIsReadSeldom() throws Exception {
    prints.put(LOG, Recorded.text("nvidia-smi-q-x-h100-8.xml"));
    prints.put(QUERY, Recorded.text("nvidia-smi-query-h100-8.csv"));
    ask();
    clock.turn(Duration.ofSeconds(5));

    List<Gpu> gpus = ask();

    assertThat(gpus.get(4).usedMegabytes()).isEqualTo(21_340);
    assertThat(gpus.get(1).utilization()).isEqualTo(0.98);
    assertThat(gpus.get(1).software().apiVersion()).isEqualTo("12.4");
    clock.turn(Duration.ofMinutes(5));
    ask();
    assertThat(asked).containsExactly(LOG, QUERY, LOG);
  }

  @Test
  void aCardThatIsGoneIsSeenAtOnce() throws Exception {
    prints.put(LOG, Recorded.text("nvidia-smi-q-x-h100-8.xml"));
    prints.put(QUERY, "GPU-c7a0294c-c2c2-5476-438c-fb468eaa223b, 81559, 1, 81008, 0\n");
    ask();
    prints.put(LOG, Recorded.text("nvidia-smi-q-x-none.xml"));

    assertThat(ask()).isEmpty();
    assertThat(asked).containsExactly(LOG, QUERY, LOG);
  }

  @Test
  void instancesOfADividedCardAreDevicesAndItIsNone() throws Exception {
    prints.put(LOG, Recorded.text("nvidia-smi-q-x-a100-mig.xml"));
    prints.put(LIST, Recorded.text("nvidia-smi-L-a100-mig.txt"));

    List<Gpu> gpus = ask();

    assertThat(gpus).hasSize(7);
    assertThat(gpus).extracting(Gpu::index).containsExactly(0, 0, 0, 0, 1, 2, 3);
    assertThat(gpus.get(3))
        .isEqualTo(
            new Gpu(
                "MIG-930574a9-d43a-5d2b-95da-3e68384c8d6b",
                0,
                "NVIDIA A100-SXM4-80GB MIG 1g.20gb",
                new Software("nvidia", "cuda", "535.54.03", "cuda", "12.2", List.of("cuda", "mig")),
                19_968,
                12,
                19_955,
                -1));
    assertThat(gpus.get(4).id()).isEqualTo("GPU-d8594bd4-0fc3-8595-e355-7c98138f3b95");
    ask();
    assertThat(asked).containsExactly(LOG, LIST, LOG, LIST);
  }

  @Test
  void anInstanceWithoutANameGoesByItsPlace() throws Exception {
    prints.put(LOG, Recorded.text("nvidia-smi-q-x-a100-mig.xml"));
    prints.put(LIST, "");
    assertThat(ask().getFirst().id()).isEqualTo("MIG-GPU-513536b6-7d19-9063-b049-1e69664bb298/3/0");
  }

  @Test
  void aDividedCardWithoutInstancesOffersNothing() throws Exception {
    String divided = Recorded.text("nvidia-smi-q-x-h100-8.xml").replace("Disabled", "Enabled");
    prints.put(LOG, divided);
    prints.put(LIST, "");
    assertThat(ask()).isEmpty();
  }

  @Test
  void whatAnOldDriverDoesNotTellIsUnknown() throws Exception {
    prints.put(LOG, Recorded.text("nvidia-smi-q-x-geforce-410m.xml"));
    Gpu gpu = ask().getFirst();
    assertThat(gpu.software()).isEqualTo(Software.cuda("390.157", null));
    assertThat(gpu.usedMegabytes()).isNegative();
    assertThat(gpu.utilization()).isNegative();
    assertThat(gpu.offeredMegabytes()).isEqualTo(1985);
  }

  @Test
  void aDriverWithoutACardHasNone() throws Exception {
    prints.put(LOG, Recorded.text("nvidia-smi-q-x-none.xml"));
    assertThat(ask()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Segmentation fault", "<nvidia_smi_log><gpu>", "{}"})
  void garbageIsAFailure(String garbage) {
    prints.put(LOG, garbage);
    assertThatThrownBy(this::ask)
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("what it prints is no log: ");
  }

  @Test
  void aDocumentReadsNoFilesOfThisMachine() throws IOException {
    NvidiaLog log =
        NvidiaLog.read(
            "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"
                + "<nvidia_smi_log><driver_version>&e;</driver_version></nvidia_smi_log>");
    assertThat(log.driver()).isNull();
  }
}
