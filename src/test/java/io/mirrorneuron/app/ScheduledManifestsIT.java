package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.Bundle;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is said of manifests that say when their jobs are made, before a schedule is made of them.
 */
class ScheduledManifestsIT {
  @TempDir static Path home;
  private static WholeServer server;

  @BeforeAll
  static void start() {
    server = WholeServer.start(home);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Path bundle(String written) throws IOException {
    String name = "bundle-" + Integer.toHexString(written.hashCode());
    Path bundle = Files.createDirectories(home.resolve(name));
    String steps = "name: scheduled\nsteps: [{id: a, run: [echo, hello]}]\n";
    Files.writeString(bundle.resolve("manifest.yaml"), steps + written + "\n");
    return bundle;
  }

  /** A job of the manifest runs, so it is a warning, with and without a server. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "schedule: {crn: '@daily'} | schedule.crn is not known; did you mean cron?",
        "schedule: {cron: '61 * * * *'} | invalid cron expression \"61 * * * *\"",
        "schedule: {run_at: soon} | delayed schedules require a valid run_at or delay_ms",
        "schedule: nightly | schedule must be an object",
        "triggers: [{event_type: a}, {event_type: b}] | triggers has several entries",
        "triggers: {event_type: a, filter: {}} | schedule.trigger.filter is not known; did you",
      })
  void ofWhatNoScheduleCanBeMadeIsTold(String written, String reported) throws Exception {
    Path bundle = bundle(written);
    String expected = "manifest.yaml:3:1: no schedule can be made of the manifest: ";

    Ended asked = new Shell(Main::commandLine, home).run("validate", bundle.toString(), "--json");
    assertThat(asked.exitCode()).as(asked.out()).isZero();
    try (Bundle opened = Bundle.open(bundle)) {
      assertThat(opened.validate().warnings())
          .isEqualTo(Json.elements(asked.json().get("warnings")).map(JsonNode::asText).toList())
          .singleElement(STRING)
          .startsWith(expected)
          .contains(reported);
      assertThat(opened.validate().ok()).isTrue();
      try (MirrorNeuron client = server.overGrpc()) {
        NewSchedule wanted = new NewSchedule(opened.submission(), Map.of(), Map.of());
        assertThatThrownBy(() -> client.schedules().create(wanted)).hasMessageContaining(reported);
        assertThat(client.jobs().submit(opened.submission()).warnings())
            .singleElement(STRING)
            .startsWith("no schedule can be made of the manifest: ")
            .contains(reported);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "schedule: {cron: '@daily', timezone: Europe/Berlin}",
        "schedule: {delay_ms: 1000}",
        "schedule: {prohibit_overlap: false}\ntriggers: [{event_type: a}]",
        "schedule: {}\ntriggers: []\nparameterized: {payload: required}",
      })
  void whatAScheduleCanBeMadeOfHasNoWarning(String written) throws Exception {
    Path bundle = bundle(written);
    try (Bundle opened = Bundle.open(bundle)) {
      assertThat(opened.validate().issues()).isEmpty();
    }
    String out = new Shell(Main::commandLine, home).run("validate", bundle.toString()).out();
    assertThat(out).contains("can run").doesNotContain("warning");
  }
}
