package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.testing.FakeSchedules;
import io.mirrorneuron.wire.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The sweep of payload files asks which ones schedules have. */
class KeptBundlesTest {
  private final FakeSchedules schedules = new FakeSchedules();

  private String create(String bundle) {
    schedules.jobs.bundle = bundle;
    return schedules
        .port()
        .create(new NewSchedule(Submission.of("{}"), Map.of("cron", "@yearly"), Map.of()))
        .scheduleId();
  }

  @Test
  void filesAreKeptAsLongAsTheirSchedule() {
    create(null);
    String gone = create("b1");
    for (int i = 0; i < 600; i++) { // more than a page
      create("b" + (2 + i % 3));
    }
    assertThat(schedules.bundles()).containsExactlyInAnyOrder("b1", "b2", "b3", "b4");
    schedules.jobs.bundle = "b5";
    schedules
        .port()
        .replaceBundle(gone, new NewSchedule(Submission.of("{}"), Map.of(), Map.of()), "");
    assertThat(schedules.bundles()).contains("b1", "b5");
    schedules.port().delete(gone, "");
    assertThat(schedules.bundles()).containsExactlyInAnyOrder("b2", "b3", "b4");
  }

  /** Who ships a mended bundle need not repeat, or know, what its inputs were given. */
  @Test
  void whatInputsWereGivenStaysWithAnotherBundle() {
    String id =
        schedules
            .port()
            .create(
                new NewSchedule(
                    Submission.of(
                        "{\"inputs\": {\"n\": {\"default\": 1, \"value\": 7}, \"gone\": {\"value\": 2}}}"),
                    Map.of("cron", "@yearly"),
                    Map.of()))
            .scheduleId();
    String mended = "{\"inputs\": {\"n\": 3, \"other\": {\"default\": 4}}}";
    schedules
        .port()
        .replaceBundle(id, new NewSchedule(Submission.of(mended), Map.of(), Map.of()), "");

    assertThat(manifest(id, 2))
        .hasToString("{\"inputs\":{\"n\":{\"default\":3,\"value\":7},\"other\":{\"default\":4}}}");
    assertThat(
            schedules
                .port()
                .replaceBundle(id, new NewSchedule(Submission.of(mended), Map.of(), Map.of()), "")
                .outcome())
        .as("the same again")
        .isEqualTo("unchanged");
    String given = "{\"inputs\": {\"n\": {\"value\": 9}}}";
    schedules
        .port()
        .replaceBundle(id, new NewSchedule(Submission.of(given), Map.of(), Map.of()), "");
    assertThat(manifest(id, 3)).hasToString("{\"inputs\":{\"n\":{\"value\":9}}}");
  }

  private ObjectNode manifest(String id, int version) {
    String reported = Json.write(schedules.port().versions(id, version).data().getFirst());
    JsonNode manifest = Json.parseObject(reported, "version").path("manifest");
    return manifest.isTextual()
        ? Json.parseObject(manifest.asText(), "manifest")
        : (ObjectNode) manifest;
  }
}
