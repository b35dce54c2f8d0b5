package io.mirrorneuron.store.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.connection.ClusterMap.SlotMaster;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SlotMasterTest {
  private static final String A = "aaa 10.0.0.1:6379@16379%s master - 0 0 %d connected%s\n";
  private static final String B = "bbb 10.0.0.2:6379@16379%s master - 0 0 %d connected%s\n";
  private static final String C = "ccc 10.0.0.3:6379@16379%s master - 0 0 %d connected%s\n";

  private static String own(String line, int epoch, String slots) {
    return line.formatted("", epoch, slots).replace(" master", " myself,master");
  }

  private static String other(String line, int epoch, String slots) {
    return line.formatted("", epoch, slots);
  }

  private static List<SlotMaster> reported(String... answers) {
    return Stream.of(answers)
        .flatMap(answer -> SlotMaster.all(answer, "asked:6379").stream())
        .toList();
  }

  private static String at(int slot, List<SlotMaster> reported) {
    return SlotMaster.of(slot, reported).map(SlotMaster::address).orElse(null);
  }

  @Test
  void theNewestConfigurationCounts() {
    List<SlotMaster> reported =
        reported(own(A, 1, " 0-99") + other(C, 3, " 200-299"), own(B, 4, " 0-99 150"));

    assertThat(at(0, reported)).isEqualTo("10.0.0.2:6379");
    assertThat(at(150, reported)).isEqualTo("10.0.0.2:6379");
    assertThat(at(299, reported)).isEqualTo("10.0.0.3:6379");
    assertThat(at(300, reported)).isNull();
  }

  /** Slot 5 went from A to B and another one to A: C has heard of A's newer configuration first. */
  @Test
  void whatAMasterHasGivenUpItHasNotWhateverOthersThink() {
    List<SlotMaster> reported =
        reported(
            own(A, 9, " 0-4 200"),
            own(B, 8, " 5 100-199"),
            own(C, 3, " 201-299") + other(A, 9, " 0-5 200") + other(B, 8, " 100-199"));

    assertThat(at(5, reported)).isEqualTo("10.0.0.2:6379");
    assertThat(at(200, reported)).isEqualTo("10.0.0.1:6379");
  }

  @Test
  void oneThatHasGivenUpAllIsAsked() {
    List<SlotMaster> reported =
        reported(own(A, 9, ""), own(B, 8, " 5"), own(C, 3, " 6") + other(A, 9, " 5"));

    assertThat(at(5, reported)).isEqualTo("10.0.0.2:6379");
  }

  @Test
  void slotsOnTheirWayAreWhereTheyWere() {
    List<SlotMaster> reported = reported(own(A, 1, " 0-5 [5->-bbb]") + other(B, 2, " 6 [5-<-aaa]"));

    assertThat(at(5, reported)).isEqualTo("10.0.0.1:6379");
  }

  @Test
  void whoDoesNotKnowItsOwnHostIsWhereItWasAsked() {
    List<SlotMaster> reported =
        reported(
            "aaa :7000@17000 myself,master - 0 0 1 connected 0-5\nbbb :0@0 slave aaa 0 0 1 x\n");

    assertThat(at(5, reported)).isEqualTo("asked:7000");
  }
}
