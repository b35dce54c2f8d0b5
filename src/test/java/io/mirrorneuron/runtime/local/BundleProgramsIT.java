package io.mirrorneuron.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Origin;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.exec.confine.Confiner;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs of rules, which run only for bundles of folders that the operator trusts. */
class BundleProgramsIT {
  @TempDir static Path home;
  @TempDir static Path folders;
  private static Path trusted;
  private static Path strange;
  private static RuntimeFixture runtime;

  @BeforeAll
  static void start() throws IOException {
    trusted = Files.createDirectories(folders.resolve("trusted/bundle"));
    strange = Files.createDirectories(folders.resolve("strange/bundle"));
    runtime =
        new RuntimeFixture(
            home,
            RuntimeFixture.config(
                home,
                Map.of(
                    "MN_EXECUTOR_CONFINE",
                    "auto",
                    "MN_VALIDATION_COMMANDS",
                    "trusted",
                    "MN_VALIDATION_TRUSTED_FOLDERS",
                    folders.resolve("trusted").toString())));
  }

  @AfterAll
  static void stop() {
    runtime.close();
  }

  private static Validation validate(Path folder, String rule) {
    return runtime
        .jobs()
        .validate(submission(rule).from(new Origin(folder, "{\"city\":\"Porto\"}")));
  }

  private static Submission submission(String rule) {
    return Submission.of(
        """
        {"manifest_version":"1.0","graph_id":"rules","entrypoints":["a"],"edges":[],
         "nodes":[{"node_id":"a","agent_type":"executor","config":{"command":["true"]}}],
         "input_validation":[{"type":"command","name":"v",%s}]}
        """
            .formatted(rule));
  }

  private static Issue only(Validation report) {
    assertThat(report.issues()).hasSize(1);
    return report.issues().getFirst();
  }

  private static void script(String name, String text) throws IOException {
    Path file = trusted.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void aProgramOfATrustedBundleDecides() throws IOException {
    script(
        "check.sh",
        """
        case "$MN_BLUEPRINT_CONFIG_JSON" in
          *"$WANTED"*) exit 0;;
        esac
        echo '{"ok":false,"issues":[{"code":"city.unknown","message":"no such city","path":"city"}]}'
        exit 3\
        """);
    String rule = "\"command\":[\"./check.sh\"],\"env\":{\"WANTED\":\"%s\"}";
    assertThat(validate(trusted, rule.formatted("Porto")).issues()).isEmpty();
    Issue issue = only(validate(trusted, rule.formatted("Faro")));
    assertThat(issue.code()).isEqualTo("city.unknown");
    assertThat(issue.location().pointer()).isEqualTo("/config/city");
    assertThat(Json.write(issue.debug())).contains("\"exit_code\":3");
    Submission good = submission(rule.formatted("Porto"));
    assertThat(
            runtime.jobs().submit(good.from(new Origin(trusted, "{\"city\":\"Porto\"}"))).jobId())
        .isNotBlank();
  }

  @Test
  void aLongConfigurationIsReadFromItsFile() throws IOException {
    script(
        "long.sh",
        """
        [ -z "$MN_BLUEPRINT_CONFIG_JSON" ] || exit 4
        [ "$(wc -c < "$MN_BLUEPRINT_CONFIG_FILE")" -eq 200011 ] || exit 5\
        """);
    String config = "{\"text\":\"" + "x".repeat(200_000) + "\"}";
    assertThat(
            runtime
                .jobs()
                .validate(
                    submission("\"command\":[\"./long.sh\"]").from(new Origin(trusted, config)))
                .issues())
        .isEmpty();
  }

  @Test
  void whatWasSentOrLiesElsewhereRunsNothing() throws IOException {
    script("mark.sh", "touch \"$TMPDIR/x\"; exit 0");
    Files.copy(trusted.resolve("mark.sh"), strange.resolve("mark.sh"));
    String rule = "\"command\":[\"./mark.sh\"]";
    assertThat(validate(trusted, rule).issues()).isEmpty();
    Issue sent = only(validate(null, rule));
    assertThat(sent.code()).isEqualTo("validator.unavailable");
    assertThat(sent.message())
        .isEqualTo(
            "v was not run: programs of a bundle that was sent or uploaded are never run before a job");
    Issue elsewhere = only(validate(strange, rule));
    assertThat(elsewhere.code()).isEqualTo("validator.unavailable");
    assertThat(elsewhere.message())
        .isEqualTo("v was not run: the bundle lies in no folder that the operator trusts");
    assertThat(elsewhere.help()).contains("validation.trusted_folders");
  }

  @Test
  void linksLeadNobodyIntoTrust() throws IOException {
    Path link = folders.resolve("trusted/link");
    Files.createSymbolicLink(link, strange);
    String rule = "\"command\":[\"true\"]";
    assertThat(only(validate(link, rule)).code()).isEqualTo("validator.unavailable");
    assertThat(only(validate(trusted.resolve("../../strange/bundle"), rule)).code())
        .isEqualTo("validator.unavailable");
    assertThat(only(validate(folders.resolve("trusted/gone"), rule)).code())
        .isEqualTo("validator.unavailable");
    Path into = folders.resolve("into");
    Files.createSymbolicLink(into, trusted);
    assertThat(validate(into, rule).issues()).isEmpty();
    assertThat(only(validate(folders.resolve("trusted-not"), rule)).code())
        .isEqualTo("validator.unavailable");
  }

  @Test
  void aProgramThatHangsIsEnded() throws IOException {
    script("hang.sh", "sleep 600 & sleep 600");
    Issue issue = only(validate(trusted, "\"command\":[\"./hang.sh\"],\"timeout_seconds\":0.5"));
    assertThat(issue.code()).isEqualTo("validator.timeout");
    assertThat(issue.message()).isEqualTo("v had not ended after 0.5 s");
  }

  @Test
  void aProgramThatPrintsVeryMuchIsHeardInPart() throws IOException {
    script("much.sh", "head -c 10000000 /dev/zero | tr '\\0' x; exit 4");
    Issue issue = only(validate(trusted, "\"command\":[\"./much.sh\"]"));
    assertThat(issue.code()).isEqualTo("validator.command_failed");
    assertThat(issue.message()).hasSizeLessThan(300).startsWith("v ended with exit code 4: xxx");
    assertThat(Json.write(issue)).hasSizeLessThan(5000);
  }

  @Test
  void aProgramThatIsNotThereIsTold() {
    Issue unknown = only(validate(trusted, "\"command\":\"no-such-program --all\""));
    assertThat(unknown.code()).isEqualTo("validator.unavailable");
    assertThat(unknown.message()).isEqualTo("v was not run: there is no program no-such-program");
    Issue gone = only(validate(trusted, "\"command\":\"./gone.sh\""));
    assertThat(gone.code()).isEqualTo("validator.unavailable");
  }

  @Test
  void aProgramSeesNoSecretsOfTheServerAndChangesNothingOfItsBundle() throws IOException {
    script("look.sh", "env | sort | cut -d= -f1 | tr '\\n' ' ' >&2; exit 1");
    Issue issue = only(validate(trusted, "\"command\":\"./look.sh\""));
    List<String> names = List.of(issue.message().split(": ", 2)[1].trim().split(" "));
    assertThat(names)
        .contains("MN_BLUEPRINT_CONFIG_JSON", "PATH", "TMPDIR")
        .noneMatch(name -> name.matches(".*(TOKEN|SECRET|REDIS|PASSWORD).*"));
    script("write.sh", "echo x > ./written 2>/dev/null; exit 0");
    validate(trusted, "\"command\":\"./write.sh\"");
    if (runtime.runtime().confinement().state() == Confiner.State.ON) {
      assertThat(trusted.resolve("written")).doesNotExist();
    }
  }

  @Test
  void forceRunsNothing() {
    Submission forced =
        Submission.of(
            submission("\"command\":\"false\"")
                .manifestJson()
                .replaceFirst("\\{", "{\"metadata\":{\"mn_validation\":{\"force\":true}},"));
    assertThat(runtime.jobs().validate(forced).ok()).isTrue();
    assertThat(runtime.jobs().submit(forced).jobId()).isNotBlank();
  }
}
