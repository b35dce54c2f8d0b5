package io.mirrorneuron.runtime.exec.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.process.TimeLimit.Deadline;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PrintedBeaconsTest {
  private final Notice.Inbox inbox = new Notice.Inbox();
  private long now = TimeUnit.DAYS.toNanos(1);
  private final PrintedBeacons beacons = new PrintedBeacons(inbox, 10, () -> now);
  private int printed;

  private void print(int count) {
    for (int i = 0; i < count; i++) {
      beacons.print(Json.object().put("n", printed++));
    }
  }

  /** The numbers of those that came through, and how many were dropped before each. */
  private List<String> passed() {
    List<String> passed = new ArrayList<>();
    for (Notice next = inbox.await(Deadline.in(Duration.ZERO));
        next != null;
        next = inbox.await(Deadline.in(Duration.ZERO))) {
      if (next instanceof Notice.Beacon(ObjectNode payload)) {
        passed.add(reported(payload));
      }
    }
    return passed;
  }

  private static String reported(ObjectNode payload) {
    return payload.path("n").asInt() + "/" + payload.path(Signal.Beacon.DROPPED).asLong();
  }

  @Test
  void aBurstComesThroughWhole() {
    print(PrintedBeacons.BURST);
    assertThat(passed())
        .hasSize(PrintedBeacons.BURST)
        .allMatch(reported -> reported.endsWith("/0"));
    assertThat(beacons.next().isNever()).isTrue();
  }

  @Test
  void ofMoreTheNewestComesWhenItsTimeHasCome() {
    print(100_000);
    assertThat(passed()).hasSize(PrintedBeacons.BURST);
    assertThat(beacons.due()).isEmpty();
    now += TimeUnit.MILLISECONDS.toNanos(100);
    assertThat(beacons.due().map(PrintedBeaconsTest::reported)).hasValue("99999/99979");
    assertThat(beacons.due()).isEmpty();
  }

  @Test
  void oneThatIsPrintedInTimeTakesThePlaceOfTheHeldOne() {
    print(PrintedBeacons.BURST + 3);
    passed();
    now += TimeUnit.MILLISECONDS.toNanos(100);
    print(1);
    assertThat(passed()).containsExactly("23/3");
  }

  @Test
  void theLastIsNotLost() {
    print(PrintedBeacons.BURST + 3);
    assertThat(beacons.last().map(PrintedBeaconsTest::reported)).hasValue("22/2");
    assertThat(beacons.last()).isEmpty();
  }

  @Test
  void aPauseMakesRoomForTheNextBurst() {
    print(1000);
    passed();
    beacons.last();
    now += TimeUnit.SECONDS.toNanos(60);
    print(PrintedBeacons.BURST);
    assertThat(passed()).hasSize(PrintedBeacons.BURST);
  }
}
