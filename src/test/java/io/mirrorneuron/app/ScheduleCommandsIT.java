package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code mn schedule} and {@code mn trigger} before a server. */
@Timeout(120)
class ScheduleCommandsIT {
  @TempDir static Path home;
  private static WholeServer server;
  private final Shell shell = new Shell(Main::commandLine, home);

  @BeforeAll
  static void start() {
    server = WholeServer.start(home);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String bundle(String name, String members) throws IOException {
    Path manifest = home.resolve(name + ".json");
    Files.writeString(
        manifest,
        "{\"name\":\"%s\",\"steps\":[{\"id\":\"a\",\"run\":[\"true\"]}]%s}"
            .formatted(name, members));
    return manifest.toString();
  }

  private JsonNode made(String... command) {
    Ended ended = shell.run(command);
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    return shell.run("schedule", "status", id(ended), "--json").json();
  }

  private static String id(Ended ended) {
    return ended.out().replaceFirst("(?s)^Schedule (\\S+):.*", "$1");
  }

  @Test
  void theManifestSaysWhenAndOptionsReplaceItsMembers() throws IOException {
    String bundle = bundle("own", ",\"schedule\":{\"cron\":\"5 4 * * *\",\"name\":\"own\"}");
    JsonNode schedule =
        made("schedule", "create", bundle, "--name", "mine", "--timezone", "Europe/Berlin");
    assertThat(schedule.at("/crons/0").asText()).isEqualTo("5 4 * * *");
    assertThat(schedule.path("name").asText()).isEqualTo("mine");
    assertThat(schedule.path("timezone").asText()).isEqualTo("Europe/Berlin");
    assertThat(shell.run("schedule", "create", bundle, "--preview").out()).contains("04:05");
  }

  @Test
  void itsTriggerDoesToo() throws IOException {
    String bundle = bundle("heard", ",\"triggers\":[{\"event_type\":\"paid\"}]");
    JsonNode schedule = made("schedule", "create", bundle, "--name", "mine");
    assertThat(schedule.path("kind").asText()).isEqualTo("event");
    assertThat(schedule.at("/trigger/event_type").asText()).isEqualTo("paid");
  }

  @Test
  void aManifestThatSaysWhenInTwoPlacesIsRefusedAsTheServerDoes() throws IOException {
    String bundle =
        bundle(
            "twice",
            ",\"schedule\":{\"cron\":\"0 2 * * *\"},\"triggers\":[{\"event_type\":\"x\"}]");
    for (String option : List.of("--json", "--preview")) {
      Ended ended = shell.run("schedule", "create", bundle, option);
      assertThat(ended.exitCode()).isNotZero();
      assertThat(ended.err())
          .contains(
              "the manifest says when in triggers and in schedule.cron; leave one of them out");
    }
  }

  @Test
  void whoSaysNowhenIsToldHow() throws IOException {
    Ended ended = shell.run("schedule", "create", bundle("silent", ""));
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("give --cron or --schedule-json");
  }

  @Test
  void whatIsNamedIsChangedAndTheRestStays() throws IOException {
    JsonNode before =
        made("schedule", "create", bundle("changed", ""), "--cron", "0 1 * * *", "--name", "n");
    String id = before.path("schedule_id").asText();
    JsonNode after = made("schedule", "update", id, "--cron", "0 2 * * *");
    assertThat(after.at("/crons/0").asText()).isEqualTo("0 2 * * *");
    assertThat(after.path("name").asText()).isEqualTo("n");
    Ended nothing = shell.run("schedule", "update", id);
    assertThat(nothing.exitCode()).isEqualTo(2);
    assertThat(nothing.err()).contains("name what is to change");
  }

  @Test
  void aScheduleIsNamedByItsNameOrTheBeginningOfItsId() throws IOException {
    String bundle = bundle("named", "");
    String id =
        made("schedule", "create", bundle, "--cron", "0 1 * * *", "--name", "by-night")
            .path("schedule_id")
            .asText();

    assertThat(shell.run("schedule", "next", "by-night", "--json").json().at("/data/0/at").asText())
        .isNotEmpty();
    String beginning = id.substring(0, id.length() - 1);
    assertThat(
            shell
                .run("schedule", "status", beginning, "--json")
                .json()
                .path("schedule_id")
                .asText())
        .isEqualTo(id);
    assertThat(shell.run("schedule", "pause", "by-night").out()).contains(id + ": paused");

    made("schedule", "create", bundle, "--cron", "0 2 * * *", "--name", "by-night");
    Ended two = shell.run("schedule", "delete", "by-night");
    assertThat(two.exitCode()).isEqualTo(1);
    assertThat(two.err()).contains("2 schedules are called by-night: ", id, "; give the id of one");
    assertThat(shell.run("schedule", "delete", "by-day").err())
        .contains("schedule by-day was not found");
  }

  @Test
  void aRunNowThatMakesNoJobFailsAndSaysWhyWhereNothingIsCut() throws IOException {
    String json =
        "{\"kind\":\"event\",\"trigger\":{\"event_type\":\"x\",\"payload\":\"required\"}}";
    String id =
        made("schedule", "create", bundle("asks", ""), "--schedule-json", json)
            .path("schedule_id")
            .asText();
    Ended ended = shell.run("schedule", "run-now", id);
    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.out()).contains("failed, payload is required");
    shell.atTerminal();
    assertThat(shell.run("schedule", "status", id).out()).contains("failed: payload is required");
    assertThat(shell.run("schedule", "run-now", id, "--payload-json", "{\"a\":1}").exitCode())
        .isZero();
  }

  @Test
  void aTriggerIsDeletedAsATriggerOnly() throws IOException {
    String id =
        made("schedule", "create", bundle("timed", ""), "--cron", "0 1 * * *")
            .path("schedule_id")
            .asText();
    Ended ended = shell.run("trigger", "delete", id);
    assertThat(ended.exitCode()).isNotZero();
    assertThat(ended.err()).contains("mn schedule delete removes it");
    assertThat(shell.run("schedule", "status", id, "--json").exitCode()).isZero();
  }
}
