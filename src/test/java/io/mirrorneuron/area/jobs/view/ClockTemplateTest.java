package io.mirrorneuron.area.jobs.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ClockTemplateTest {
  private static final long NOW = Instant.parse("2026-06-20T10:00:00Z").toEpochMilli();

  private static String at(ObjectNode document, long now) {
    return new String(ClockTemplate.of(document).at(now), StandardCharsets.UTF_8);
  }

  @Test
  void onlyClocksGoOn() {
    ObjectNode document = Json.object();
    document.set("at", ClockTemplate.now());
    document.set("since", ClockTemplate.elapsed(NOW - 1500, 0));
    document.set("ended", ClockTemplate.elapsed(NOW - 1500, NOW - 250));
    document.set("never", ClockTemplate.elapsed(0, 0));
    document.set("later", ClockTemplate.elapsed(NOW + 5, 0));

    assertThat(at(document, NOW))
        .isEqualTo(
            "{\"at\":\"2026-06-20T10:00:00.000Z\",\"since\":1.500,\"ended\":1.250,\"never\":0.000,"
                + "\"later\":0.000}");
    assertThat(at(document, NOW + 1000)).contains("10:00:01.000Z", "\"since\":2.500", "1.250");
  }

  @Test
  void nothingThatSomebodyWroteCanBeTakenForAClock() {
    ObjectNode document = Json.object().put("\u0001now\u0001", "\u000112\u0001 ä€");

    assertThat(Json.parseObject(at(document, NOW), "document")).isEqualTo(document);
  }

  @Test
  void aDocumentWithoutClocksStaysAsItIs() {
    assertThat(at(Json.object().put("a", 1), NOW)).isEqualTo("{\"a\":1}");
  }
}
