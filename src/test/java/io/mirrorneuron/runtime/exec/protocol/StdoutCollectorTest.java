package io.mirrorneuron.runtime.exec.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.process.ProcessEnvironment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StdoutCollectorTest {
  private static final Path NOWHERE = Path.of("/no/such/place");
  private static final String P = ProcessEnvironment.BEACON_PREFIX;

  private final List<ObjectNode> beacons = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 17, 18, 19, 1000})
  void beaconLinesAreCutOutHoweverTheOutputArrives(int chunk) {
    StdoutCollector out =
        feed(
            1000,
            chunk,
            "__MN_AGENT\nfirst\n"
                + P
                + "{\"n\":1}\n\n_\nsecond "
                + P
                + "{}\n"
                + P
                + "{\"n\":2}\nlast");

    assertThat(beacons).extracting(beacon -> beacon.path("n").asInt()).containsExactly(1, 2);
    assertThat(out.text().text()).isEqualTo("__MN_AGENT\nfirst\n\n_\nsecond " + P + "{}\nlast");
  }

  @Test
  void aBeaconIsHandedOnBeforeTheOutputEnds() {
    var out = new StdoutCollector(100, 1000, NOWHERE, false, beacons::add, lines -> {});
    out.accept(bytes(P + "{\"n\":1}\n"));

    assertThat(beacons).hasSize(1);
  }

  @Test
  void aBeaconWithoutALineEndCountsAtTheEnd() {
    feed(100, 100, P + "{\"n\":1}");

    assertThat(beacons).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "no json", "[1]", "{\"n\":"})
  void whatOnlyLooksLikeABeaconStays(String rest) {
    StdoutCollector out = feed(100, 4, P + rest + "\n");

    assertThat(beacons).isEmpty();
    assertThat(out.text().text()).isEqualTo(P + rest + "\n");
  }

  @Test
  void aBeaconTooLongForOneIsOutput() {
    String line = P + "{\"x\":\"" + "y".repeat(70_000) + "\"}\n";
    StdoutCollector out = feed(100_000, 1000, line);

    assertThat(beacons).isEmpty();
    assertThat(out.text().text()).isEqualTo(line);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 64})
  void theLastLineIsRememberedBeyondTheLimit(int chunk) {
    StdoutCollector out = feed(20, chunk, "x\n".repeat(20) + "{\"a\":1}\n \n");

    assertThat(out.text().size()).isEqualTo(20);
    assertThat(out.text().total()).isEqualTo(50);
    assertThat(text(out).strip()).isEqualTo("{\"a\":1}");
  }

  @Test
  void theLastLineMayCrossTheLimit() {
    assertThat(text(feed(30, 3, "x\n0123456789\n{\"complete_run\":true}\n")))
        .isEqualTo("{\"complete_run\":true}\n");
  }

  private static String text(StdoutCollector out) {
    return out.answer(json -> "null").text();
  }

  private StdoutCollector feed(int limit, int chunk, String text) {
    var out = new StdoutCollector(limit, 1 << 20, NOWHERE, false, beacons::add, lines -> {});
    byte[] all = text.getBytes(StandardCharsets.UTF_8);
    for (int from = 0; from < all.length; from += chunk) {
      out.accept(ByteBuffer.wrap(all, from, Math.min(chunk, all.length - from)));
    }
    out.end();
    return out;
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
