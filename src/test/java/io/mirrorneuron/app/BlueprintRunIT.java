package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import io.mirrorneuron.testing.Whole;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code mn blueprint run} and {@code validate} before a whole server. */
@Timeout(90)
@Whole
class BlueprintRunIT {
  @TempDir static Path home;
  private static WholeServer server;
  private final Shell shell = new Shell(Main::commandLine, home);

  @BeforeAll
  static void start() {
    server =
        WholeServer.start(
            home,
            Map.of(
                "validation.commands",
                "trusted",
                "validation.trusted_folders",
                home.resolve("trusted").toString()));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** A bundle whose program prints its configuration. */
  private static Path bundle(Path folder) throws Exception {
    Files.createDirectories(folder.resolve("payloads"));
    Files.createDirectories(folder.resolve("config"));
    Files.createDirectories(folder.resolve(".git"));
    Files.writeString(folder.resolve(".git/config"), "x");
    Files.writeString(
        folder.resolve("manifest.json"),
        """
        {"name": "greets", "steps": [{"id": "say", "run": ["sh", "say.sh"]}]}""");
    Files.writeString(folder.resolve("payloads/say.sh"), "echo $MN_BLUEPRINT_CONFIG_JSON");
    Files.writeString(
        folder.resolve("config/default.json"), "{\"whom\": \"nobody\", \"deep\": {\"a\": 1}}");
    return folder;
  }

  @Test
  void aBlueprintIsLaunchedAndItsResultPrinted() {
    Ended ended =
        shell.run(
            "blueprint", "run", "word-count", "--input", "texts=[\"a b a\"]", "--run-id", "words");

    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.out())
        .contains("✓ resolve_source", "✓ validation", "✓ submit", "Job ID", "Blueprint Run ID")
        .contains("words", "\"a\": 2");
  }

  @Test
  void aFolderIsSentAndItsConfigurationOverridden(@TempDir Path folder) throws Exception {
    Path more = Files.writeString(folder.resolve("more.json"), "{\"deep\": {\"b\": 2}}");
    Ended ended =
        shell.run(
            "blueprint",
            "run",
            "--folder",
            bundle(folder.resolve("greets")).toString(),
            "--config",
            more.toString(),
            "--set",
            "whom=world",
            "--set",
            "deep.c=3");

    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.out()).contains("world").doesNotContain("nobody");
    assertThat(ended.out().replaceAll("\\s", "")).contains("\"a\":1", "\"b\":2", "\"c\":3");
  }

  @Test
  void whatDoesNotFitIsSaidAndNothingRuns() {
    Ended ended = shell.run("blueprint", "run", "word-count", "--input", "most=0");

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.out()).contains("✗ validation").doesNotContain("Job ID");
    assertThat(ended.err()).contains("most");
  }

  @Test
  void theHintAtWhatIsAskedForNamesTheFolderOnce(@TempDir Path folder) throws Exception {
    Path bundle = Files.createDirectories(folder.resolve("two"));
    Files.writeString(
        bundle.resolve("manifest.json"),
        """
        {"name": "two", "inputs": {"a": {"schema": {"type": "integer"}},
           "b": {"schema": {"type": "string", "pattern": "^[0-9]+$"}}},
         "steps": [{"id": "say", "run": ["true"]}]}""");
    List<String> words = List.of("--folder", bundle.toString(), "-i", "a=x", "-i", "b=x");

    Ended checked = shell.run(command("validate", words));
    Ended launched = shell.run(command("run", words));

    String hint = "`mn blueprint show --folder " + bundle + "` lists what it asks for.";
    assertThat(checked.out()).containsOnlyOnce(hint).doesNotContain("--folder PATH");
    assertThat(launched.err())
        .containsOnlyOnce(hint)
        .contains("a must", "b must fit the pattern ^[0-9]+$");
  }

  @Test
  void aDetachedLaunchIsLeftAloneOnceThereIsAJob() {
    Ended ended = shell.run("blueprint", "run", "word-count", "-d", "--json");

    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.json().get("job_id").asText()).isNotEmpty();
    assertThat(ended.json().get("status").asText()).isEqualTo("completed");
  }

  @Test
  void aBlueprintRunsLaterAsItWouldNow(@TempDir Path folder) throws Exception {
    Ended ended =
        shell.run(
            "blueprint", "run", "word-count", "--input", "texts=[\"b b\"]", "--schedule", "30m");

    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.out()).contains("Schedule create", "Schedule ID", "delayed", "word-count");
    Ended bundle =
        shell.run(
            "blueprint",
            "run",
            "--folder",
            bundle(folder.resolve("greets")).toString(),
            "--set",
            "whom=everybody",
            "--schedule",
            "{\"cron\": \"0 1 * * *\"}",
            "--json");
    assertThat(bundle.exitCode()).as(bundle.err()).isZero();
    String id = bundle.json().get("schedule_id").asText();
    assertThat(bundle.json().at("/source/bundle").asText()).isEqualTo("greets");
    assertThat(bundle.json().at("/manifest/metadata/blueprint_config/whom").asText())
        .isEqualTo("everybody");
    for (int i = 0; i < 2; i++) {
      Ended run = shell.run("schedule", "run-now", id, "--json");
      assertThat(run.exitCode()).as(run.err()).isZero();
      String job = run.json().get("job_id").asText();
      Ended followed = shell.run("job", "watch", job);
      assertThat(shell.run("job", "status", job).out())
          .as("%s %s", followed.out(), followed.err())
          .contains("everybody");
    }
  }

  @Test
  void asSoonAsThereIsRoomIsASchedule() {
    Ended ended = shell.run("blueprint", "run", "word-count", "--auto-schedule", "--json");

    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.json().get("kind").asText()).isEqualTo("resource_wait");
  }

  @Test
  void whatASchedulesHasNoUseForIsRefused() {
    Ended both =
        shell.run("blueprint", "run", "word-count", "--schedule", "30m", "--auto-schedule");
    assertThat(both.exitCode()).isEqualTo(2);
    Ended run = shell.run("blueprint", "run", "word-count", "--schedule", "30m", "--run-id", "r");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("runs of their own");
    Ended wrong =
        shell.run("blueprint", "run", "word-count", "--schedule", "30m", "--input", "most=0");
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.err()).contains("most");
  }

  @Test
  void aNegativeTimeToFollowIsRefused() {
    Ended ended = shell.run("blueprint", "run", "word-count", "--follow-seconds", "-1");

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("--follow-seconds must be 0 or more");
  }

  @Test
  void whatNamesNoBlueprintIsRefused(@TempDir Path folder) throws Exception {
    assertThat(shell.run("blueprint", "run").exitCode()).isEqualTo(2);
    assertThat(shell.run("blueprint", "run", "x", "--folder", "y").exitCode()).isEqualTo(2);
    assertThat(shell.run("blueprint", "run", "word-count", "--set", ".=1").exitCode()).isEqualTo(2);
    assertThat(shell.run("blueprint", "run", folder.toString()).err())
        .contains("local folders must be passed with --folder");
    assertThat(shell.run("blueprint", "run", "--folder", folder + "/none").exitCode()).isEqualTo(5);
    Ended none = shell.run("blueprint", "run", "no-such");
    assertThat(none.exitCode()).isEqualTo(5);
    assertThat(none.err()).contains("blueprint not found: no-such");
    assertThat(shell.run("blueprint", "run", "word-cuont").err())
        .contains("did you mean word-count?");
  }

  @Test
  void modelsOfABlueprintAreInstalledAndGivenUp() {
    assertThat(shell.run("blueprint", "install", "word-count").out()).contains("needs no models");
    assertThat(shell.run("blueprint", "install").out()).contains("6 blueprints in");
    assertThat(shell.run("blueprint", "update").out()).contains("6 blueprints in");
    Ended unknown = shell.run("blueprint", "uninstall", "nosuch");
    assertThat(unknown.exitCode()).isEqualTo(5);
    Ended uninstalled = shell.run("blueprint", "uninstall", "word-count", "--json");
    assertThat(uninstalled.json().get("uninstalled").asBoolean()).isTrue();
    assertThat(shell.run("blueprint", "install", "no-such").exitCode()).isEqualTo(5);
    assertThat(shell.run("blueprint", "uninstall", "no such").err())
        .contains("invalid blueprint id");
  }

  @Test
  void aBlueprintOrAFolderIsValidatedWithoutRunning(@TempDir Path folder) throws Exception {
    Ended good = shell.run("blueprint", "validate", "word-count");
    assertThat(good.exitCode()).as(good.err()).isZero();
    assertThat(good.out()).contains("word-count can run");
    Ended bad = shell.run("blueprint", "validate", "word-count", "--input", "most=0");
    assertThat(bad.exitCode()).isEqualTo(1);
    assertThat(bad.out()).contains("most", "cannot run");
    Path bundle = bundle(folder.resolve("greets"));
    Ended json = shell.run("blueprint", "validate", bundle.toString(), "-o", "json");
    assertThat(json.json().at("/ok").asBoolean()).as(json.out()).isTrue();
  }

  /** A bundle that asks for a text with choices, a number and a secret. */
  private static Path asking(Path folder) throws Exception {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("manifest.json"),
        """
        {"name": "asks", "steps": [{"id": "say", "run": ["sh", "-c", "cat $MN_INPUT_FILE"]}],
         "inputs": {"tone": {"description": "How it sounds", "schema": {"enum": ["calm", "loud"]}},
                    "times": {"schema": {"type": "integer", "minimum": 1}},
                    "key": {"schema": {"type": "string", "writeOnly": true}},
                    "place": {"default": "here", "schema": {"type": "string"}}}}""");
    return folder;
  }

  private static void typing(String lines, Runnable action) {
    InputStream stdin = System.in;
    System.setIn(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
    try {
      action.run();
    } finally {
      System.setIn(stdin);
    }
  }

  @Test
  void atATerminalAFolderIsAskedForAsWell_andEachAnswerIsChecked(@TempDir Path folder)
      throws Exception {
    Path bundle = asking(folder.resolve("asks"));
    Shell person = new Shell(Main::commandLine, home).atTerminal().set("NO_COLOR", "1");
    typing(
        "soft\nloud\nmany\n0\n3\n\nhush-hush\n",
        () -> {
          Ended ended = person.run("blueprint", "run", "--folder", bundle.toString(), "-d");
          assertThat(ended.exitCode()).as(ended.out() + ended.err()).isZero();
          assertThat(ended.out())
              .contains(
                  "tone (How it sounds; one of calm, loud): ",
                  "tone must be one of: calm, loud.",
                  "times (Times; a whole number): ",
                  "times must be a whole number.",
                  "times must be at least 1.",
                  "key (Key; not shown): ",
                  "key is needed.",
                  "Job ID")
              .doesNotContain("place (");
        });
  }

  @Test
  void atATerminalAllThatIsToBeReviewedIsAskedFor_withWhatIsThere(@TempDir Path folder)
      throws Exception {
    Path bundle = Files.createDirectories(folder.resolve("reviewed/config")).getParent();
    Files.writeString(
        bundle.resolve("manifest.json"),
        """
        {"name": "reviewed", "steps": [{"id": "say", "run": ["true"]}],
         "inputs": {"place": {"default": "here"}},
         "init_config_review": {"fields": [
           {"path": "site.name", "label": "Site"}, {"path": "site.owner", "required": true},
           {"path": "site.note"}, {"path": "site.key", "secret": true}, {"path": "site.depth", "type": "integer"},
           {"path": "site.given"}]}}""");
    Files.writeString(
        bundle.resolve("config/default.json"),
        "{\"site\": {\"name\": \"Harbour\", \"owner\": \"\", \"note\": \"\", \"key\": \"hush\"}}");
    Shell person = new Shell(Main::commandLine, home).atTerminal().set("NO_COLOR", "1");
    typing(
        "Port\n\nada\n\n\nx\n4\n",
        () -> {
          Ended ended =
              person.run(
                  "blueprint", "run", "--folder", bundle.toString(), "-i", "site.given=1", "-d");
          assertThat(ended.exitCode()).as(ended.out() + ended.err()).isZero();
          assertThat(ended.out())
              .contains(
                  "site.name (Site [Harbour]): ",
                  "site.owner (Owner []): ",
                  "site.owner is needed.",
                  "site.note (Note []): ",
                  "site.key (Key; not shown; nothing keeps what is there): ",
                  "site.depth (Depth; a whole number): ",
                  "site.depth must be a whole number.",
                  "Job ID")
              .doesNotContain("place (", "site.given (", "hush");
        });
  }

  @Test
  void whatItAsksForIsListed(@TempDir Path folder) throws Exception {
    Path bundle = asking(folder.resolve("asks"));

    assertThat(shell.run("blueprint", "show", "word-count").out())
        .contains("Input", "Default", "Needed", "texts", "most");
    Ended shown = shell.run("blueprint", "show", "--folder", bundle.toString());
    assertThat(shown.exitCode()).as(shown.err()).isZero();
    assertThat(shown.out().lines())
        .anyMatch(line -> line.matches("tone +yes +How it sounds; one of calm, loud"))
        .anyMatch(line -> line.matches("times +integer +yes +Times"))
        .anyMatch(line -> line.matches("key +string +yes +\\(secret\\) +Key"))
        .anyMatch(line -> line.matches("place +string +no +here +Place"));
    assertThat(shell.set("COLUMNS", "80").run("blueprint", "show", "table-report").out().lines())
        .allMatch(line -> line.length() <= 80)
        .anyMatch(line -> line.matches("Input +Type +Needed +Default +What it is"));
    shell.set("COLUMNS", "");
    assertThat(shell.run("blueprint", "show").exitCode()).isEqualTo(2);
    assertThat(shell.run("blueprint", "run", "word-count", "--input", "most=0").err())
        .contains("mn blueprint show word-count", "most must be at least 1");
  }

  @Test
  void aFolderThatIsCalledLikeABlueprintIsNotInItsWay() throws Exception {
    Path named = Files.createDirectory(Path.of("word-count"));
    Path other = Files.createDirectory(Path.of("no-blueprint-of-this-name"));
    try {
      assertThat(shell.run("blueprint", "run", "word-count").exitCode()).isZero();
      Ended refused = shell.run("blueprint", "run", other.toString());
      assertThat(refused.exitCode()).isEqualTo(2);
      assertThat(refused.err()).contains("local folders must be passed with --folder");
    } finally {
      Files.delete(named);
      Files.delete(other);
    }
  }

  @Test
  void whatIsAskedForAsATextIsTakenAsItIs(@TempDir Path folder) throws Exception {
    Path bundle = Files.createDirectories(folder.resolve("texts"));
    Path code = Files.writeString(folder.resolve("code"), "12345678\n\n");
    Files.writeString(
        bundle.resolve("manifest.json"),
        """
        {"name": "texts", "inputs": {"word": "hello", "version": "1.0", "n": {"default": 3}, "list": [1],
           "subject": {"schema": {"type": "string"}},
           "code": {"schema": {"type": "string", "pattern": "^[0-9]{8}[^0-9]$"}},
           "any": {"schema": {"type": ["string", "number"]}}},
         "steps": [{"id": "say", "run": ["sh", "-c", "cat $MN_INPUT_FILE"]}]}""");

    Ended ended =
        shell.run(
            "blueprint",
            "run",
            "--folder",
            bundle.toString(),
            "-i",
            "word=true",
            "-i",
            "version=1.10",
            "-i",
            "n=4",
            "-i",
            "list=[2]",
            "-i",
            "subject=123",
            "-i",
            "code=@" + code,
            "-i",
            "any=5");

    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.out().replaceAll("\\s", ""))
        .contains("\"word\":\"true\"", "\"version\":\"1.10\"", "\"n\":4", "\"list\":[2]")
        .contains("\"subject\":\"123\"", "\"code\":\"12345678\\n\"", "\"any\":5");
  }

  private static String[] command(String name, List<String> words) {
    return Stream.concat(Stream.of("blueprint", name), words.stream()).toArray(String[]::new);
  }

  @Test
  void aMisspeltMemberOfTheConfigurationIsTold(@TempDir Path folder) throws Exception {
    String place = bundle(folder.resolve("greets")).toString();
    Files.writeString(
        folder.resolve("greets/config/default.json"),
        "{\"greeting\": {\"to_whom\": \"nobody\", \"place1\": 1}}");
    List<String> words =
        List.of(
            "--folder",
            place,
            "--set",
            "greeting.to_whmo=me",
            "--set",
            "greeting.place2=2",
            "--set",
            "x=3");

    Ended checked = shell.run(command("validate", words));
    Ended launched = shell.run(command("run", words));
    Ended right =
        shell.run("blueprint", "validate", "--folder", place, "--set", "greeting.to_whom=me");

    assertThat(checked.exitCode()).as(checked.err()).isZero();
    String reported =
        "the configuration of the bundle has no greeting.to_whmo; did you mean greeting.to_whom?";
    assertThat(checked.out()).contains(reported).doesNotContain("place2", "no x");
    assertThat(launched.exitCode()).as(launched.err()).isZero();
    assertThat(launched.out() + launched.err()).contains(reported);
    assertThat(right.out() + right.err()).doesNotContain("did you mean");
  }

  @Test
  void aFolderOfTheServerIsLaunchedByItsPath_withItsHooks() throws Exception {
    String place = bundle(home.resolve("trusted/greets")).toString();
    Files.createDirectories(home.resolve("trusted/greets/scripts"));
    Files.writeString(
        home.resolve("trusted/greets/scripts/pre-launch.sh"),
        "#!/bin/sh\necho '{\"config\": {\"whom\": \"the hook\"}}' > \"$MN_PRE_LAUNCH_READY_FILE\"\n");

    Ended sent = shell.run("blueprint", "run", "--folder", place);
    Ended read = shell.run("blueprint", "run", "--server-path", place);
    Ended checked = shell.run("blueprint", "validate", "--server-path", place);
    Ended both = shell.run("blueprint", "run", "--server-path", place, "--folder", place);

    assertThat(sent.exitCode()).isEqualTo(1);
    assertThat(sent.out() + sent.err()).contains("mn blueprint run --server-path PATH");
    assertThat(read.exitCode()).as(read.err()).isZero();
    assertThat(read.out()).contains("the hook");
    assertThat(checked.exitCode()).as(checked.out()).isZero();
    assertThat(both.exitCode()).isEqualTo(2);
  }

  @Test
  void linksThatAreNotSentAreNamed(@TempDir Path folder) throws Exception {
    Path bundle = bundle(folder.resolve("greets"));
    Files.createSymbolicLink(bundle.resolve("payloads/linked.txt"), folder.resolve("elsewhere"));

    Ended ended = shell.run("blueprint", "run", "--folder", bundle.toString());
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.err()).contains("not sent", "payloads/linked.txt");
    assertThat(shell.run("run", bundle.toString(), "-d").err()).contains("payloads/linked.txt");
  }

  @Test
  void aCategoryWithoutBlueprintsIsToldWhichThereAre() {
    Ended ended = shell.atTerminal().run("blueprint", "list", "--category", "nosuch");

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).contains("no blueprint of the category nosuch", "Writing (");
  }
}
