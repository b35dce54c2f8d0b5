package io.mirrorneuron.area.blueprints;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.area.blueprints.BlueprintsVerticle.LaunchCalls.LaunchAnswers;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.launch.LaunchOrder;
import io.mirrorneuron.launch.LaunchOrder.Source;
import io.mirrorneuron.launch.LaunchRecord.Launched;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchAnswersTest {
  private static JsonNode answer(LaunchOrder order) {
    Launched launched =
        new Launched(
            "j-1",
            order.runId(),
            "pending",
            order.source().word(),
            Map.of(),
            null,
            null,
            "p-1",
            null,
            List.of());
    Object answer = LaunchAnswers.ofSource(launched, order, List.of());
    return Json.parseObject(AreaVerticle.encode(answer).toString(), "answer");
  }

  private static LaunchOrder order(Source source, String place, String run, boolean force) {
    return new LaunchOrder(source, place, run, Map.of(), Map.of(), force, "p-1", null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "CATALOG | word-count | | false | mn blueprint run word-count --detached",
        "CATALOG | a | r-1 | true | mn blueprint run a --detached --run-id r-1 --force",
        "PATH | /srv/own | | false | mn blueprint run --folder /srv/own --detached",
        "PATH | /srv/my own | | false | mn blueprint run --folder '/srv/my own' --detached",
        "PATH | /it's | | false | mn blueprint run --folder '/it'\\''s' --detached"
      })
  void theCommandIsOneLineForAShell(
      Source source, String place, String run, boolean force, String line) {
    assertThat(answer(order(source, place, run, force)).path("command").textValue())
        .isEqualTo(line);
  }

  /** The page of release 1.2.5 refuses an answer with a null in this place. */
  @Test
  void anUploadHasNoCommand() {
    assertThat(answer(order(Source.BUNDLE, "upload-1", null, false)).has("command")).isFalse();
  }
}
