package io.mirrorneuron.runtime.exec.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.exec.spawn.SearchPath;
import io.mirrorneuron.wire.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTest {
  @TempDir Path folder;
  private Path bin;

  @BeforeEach
  void layPrograms() throws Exception {
    bin = Files.createDirectories(folder.resolve("bin"));
    for (String name : List.of("bin/tool", "bin/bash", "bin/python3", "local.sh")) {
      Files.writeString(folder.resolve(name), "");
      Files.setPosixFilePermissions(
          folder.resolve(name), PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Files.writeString(folder.resolve("plain.txt"), "");
    Files.createDirectories(bin.resolve("folder"));
  }

  @Test
  void aListIsExecutedAsItIs() throws Exception {
    Command command = of("[\"tool\", \"a b\", 5]");

    assertThat(command.executable()).isEqualTo(bin.resolve("tool"));
    assertThat(command.words()).containsExactly("tool", "a b", "5");
  }

  @Test
  void aStringGoesThroughALoginShell() throws Exception {
    assertThat(of("\"echo hi | cat\"").words()).containsExactly("bash", "-lc", "echo hi | cat");
  }

  @Test
  void placeholdersAreReplacedOnce() throws Exception {
    assertThat(of("[\"tool\", \"{job_id}:{agent_id}\", \"{unknown}\", \"${x}\"]").words())
        .containsExactly("tool", "j$1:{job_id}", "{unknown}", "${x}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"python", "python3", "python3.11", "python3.99"})
  void anyPythonServesForAnother(String name) throws Exception {
    assertThat(of("[\"" + name + "\"]").executable()).isEqualTo(bin.resolve("python3"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[]", "\"\"", "\" \"", "[\"\"]", "{}", "5"})
  void aMissingCommandIsRefused(String value) {
    assertThatThrownBy(() -> of(value)).hasMessage("config.command is missing");
  }

  @ParameterizedTest
  @CsvSource({
    "nothing,     command not found: nothing",
    "./nothing,   command not found: ./nothing",
    "folder,      command not found: folder",
    "./plain.txt, command is not executable: ./plain.txt",
    "python2,     command not found: python2",
  })
  void programsThatCannotRunAreNamed(String name, String error) {
    assertThatThrownBy(() -> of("[\"" + name + "\"]")).hasMessage(error);
  }

  @Test
  void relativeProgramsAreSearchedInTheWorkingFolder() throws Exception {
    assertThat(of("[\"./local.sh\"]").executable()).isExecutable();
  }

  @Test
  void lengthIsCountedInBytes() throws Exception {
    assertThat(of("[\"tool\", \"" + "x".repeat(96) + "\"]")).isNotNull();
    assertThatThrownBy(() -> of("[\"tool\", \"" + "é".repeat(49) + "\"]"))
        .hasMessage("command exceeds MN_MAX_COMMAND_LENGTH");
  }

  @ParameterizedTest
  @CsvSource({"'', python3.11", "missing, python3.11", "/nowhere, python2", "python3, tool2"})
  void withoutAStandInTheNamedPythonMustBeThere(String standIn, String name) {
    assertThatThrownBy(() -> of("[\"" + name + "\"]", standIn, null))
        .hasMessage("command not found: " + name);
  }

  @Test
  void aStandInMayBeAPath() throws Exception {
    assertThat(of("[\"python3.11\"]", bin.resolve("tool").toString(), null).executable())
        .isEqualTo(bin.resolve("tool"));
  }

  @Test
  void anEnvironmentIsThePythonOfItsCommand() throws Exception {
    var environment = new PythonEnvironment(folder.resolve("env-1"));
    Path interpreter = Files.createDirectories(environment.folder().resolve("bin"));
    Files.copy(bin.resolve("tool"), interpreter.resolve("python"));

    for (String name : List.of("python", "python3", "python3.11")) {
      Command command = of("[\"" + name + "\", \"python3\"]", "python3", environment);
      assertThat(command.executable()).isEqualTo(interpreter.resolve("python"));
      assertThat(command.words()).containsExactly(command.executable().toString(), "python3");
    }
    assertThat(of("[\"tool\"]", "python3", environment).words()).containsExactly("tool");
    assertThat(of("\"python3 x\"", "python3", environment).words())
        .containsExactly("bash", "-lc", "export PATH=\"$VIRTUAL_ENV/bin:$PATH\"; python3 x");
  }

  private Command of(String json) throws Exception {
    return of(json, "python3", null);
  }

  private Command of(String json, String standIn, PythonEnvironment environment) throws Exception {
    JsonNode value = Json.parse(json);
    return Command.of(
        value,
        new Command.Setting(
            () -> Map.of("job_id", "j$1", "agent_id", "{job_id}"),
            SearchPath.of("relative:" + bin),
            folder,
            new Interpreters(standIn),
            environment,
            100));
  }
}
