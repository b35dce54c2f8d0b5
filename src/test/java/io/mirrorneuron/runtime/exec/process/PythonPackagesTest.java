package io.mirrorneuron.runtime.exec.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.exec.ExecutionSamples;
import io.mirrorneuron.runtime.exec.process.PythonEnvironments.PythonPackages;
import io.mirrorneuron.runtime.port.Execution;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PythonPackagesTest {
  @TempDir Path folder;
  private Path payloads;
  private Path environment;

  @BeforeEach
  void layFolders() throws Exception {
    payloads = Files.createDirectories(folder.resolve("bundle-1"));
    environment = Files.createDirectories(folder.resolve("env-1"));
    Files.createDirectories(payloads.resolve("py"));
    Files.writeString(payloads.resolve("py/data"), "x");
  }

  @Test
  void aNodeThatAsksForNothingGetsNothing() throws Exception {
    assertThat(PythonPackages.of(ExecutionSamples.execution("{}", null))).isNull();
  }

  @Test
  void theKeyIsWhatCanBeSeenInTheEnvironment() throws Exception {
    PythonPackages one = packages("requests\n", "b", "a");

    assertThat(one.key("cpython 3.11.1"))
        .isEqualTo(packages("requests\n", "a", "b").key("cpython 3.11.1"));
    assertThat(
            List.of(
                one.key("cpython 3.11.2"), packages("requests", "a", "b").key("cpython 3.11.1")))
        .doesNotContain(one.key("cpython 3.11.1"))
        .doesNotHaveDuplicates();
  }

  @Test
  void whatIsOnTheIndexNeedsNoPayloads() throws Exception {
    PythonPackages packages = packages("requests==2\n", "numpy");

    assertThat(packages.lay(environment))
        .containsExactly("-r", environment.resolve("requirements.txt").toString(), "--", "numpy");
    assertThat(environment.resolve("payloads")).doesNotExist();
    assertThat(packages.workFolder(environment)).isEqualTo(environment);
    assertThat(packages("# nothing\n").lay(environment)).hasSize(2);
    assertThat(packages(" \n").lay(environment)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-r more.txt",
        "-rmore.txt",
        "  --constraint=pins.txt",
        "-e .",
        ".",
        "./lib",
        "..[extra]",
        "/srv/lib",
        "lib @ ./lib",
        "lib @ file:///srv/lib",
        "wheels/a-1-py3-none-any.whl",
        "wheels/a.tar.gz ; python_version > '3'",
        "--find-links wheels",
      })
  void requirementsThatReadOtherFilesAreInstalledFromACopyOfTheBundle(String line)
      throws Exception {
    PythonPackages packages = packages("requests\r\n" + line + "\r\n");

    assertThat(packages.lay(environment)).first().isEqualTo("-r");
    assertThat(environment.resolve("payloads/py/data")).hasContent("x");
    assertThat(packages.workFolder(environment)).isEqualTo(environment.resolve("payloads/py"));
    assertThat(packages.key("3"))
        .isNotEqualTo(
            new PythonPackages(packages.requirements(), packages.file(), List.of(), null).key("3"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "requests[socks]>=2.0,<3 # see ./notes",
        "lib @ https://example.org/lib-1.0.zip",
        "https://example.org/lib-1-py3-none-any.whl",
        "--index-url https://example.org/wheels",
        "--no-index",
        "zip.whlx",
      })
  void otherRequirementsAreTheSameForEveryBundle(String line) throws Exception {
    assertThat(packages(line).payloads()).isNull();
  }

  private PythonPackages packages(String requirements, String... names) throws Exception {
    Files.writeString(payloads.resolve("py/needs.txt"), requirements);
    Execution execution =
        ExecutionSamples.execution(
            "{'python_environment':{'requirements':'py/needs.txt'}}", payloads);
    List.of(names)
        .forEach(execution.config().withObject("python_environment").withArray("packages")::add);
    return PythonPackages.of(execution);
  }
}
