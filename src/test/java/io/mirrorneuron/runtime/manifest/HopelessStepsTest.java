package io.mirrorneuron.runtime.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.Bundle;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can never come about is told of a manifest that runs all the same. */
class HopelessStepsTest {
  @TempDir Path folder;
  private final Manifests manifests = new Manifests(DefaultRunner.HOST_LOCAL);

  private Workflow workflow(String steps) throws IOException {
    return manifests.parse(json(steps));
  }

  private String json(String steps) throws IOException {
    Path file =
        Files.writeString(folder.resolve("manifest.yaml"), "name: w\nsteps:\n" + steps.indent(1));
    try (Bundle bundle = Bundle.open(file)) {
      return bundle.submission().manifestJson();
    }
  }

  private List<String> warnings(String steps) throws IOException {
    return workflow(steps).warnings();
  }

  @Test
  void aStepThatWaitsForAFailureWhichEndsTheJob() throws IOException {
    assertThat(
            warnings(
                """
                - {id: load, run: ["true"]}
                - {id: alert, run: ["true"], trigger_rule: one_failed}
                """))
        .containsExactly(
            "step alert can never start: it waits until a step before it has failed (one_failed), and the job fails as soon as one of load does; let them have control: {failure_policy: continue}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "control: {failure_policy: continue}",
        "control: {failure_policy: skip}",
        "control: {required: false}"
      })
  void aStepThatMayFailLetsItStart(String control) throws IOException {
    assertThat(
            warnings(
                """
                - {id: a, run: ["true"]}
                - {id: b, run: ["true"], needs: [], %s}
                - {id: alert, run: ["true"], needs: [a, b], trigger_rule: one_failed}
                """
                    .formatted(control)))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "inputs.summry.text | inputs.summry, which is never there: the steps right before it are summary; did you mean summary?",
        "inputs.first | inputs.first, which is never there: the steps right before it are summary",
      })
  void aValueOfThePromptThatNoStepPutsOut(String path, String reported) throws IOException {
    assertThat(
            warnings(
                """
                - {id: first, run: ["true"]}
                - {id: summary, run: ["true"]}
                - {id: review, human: {prompt: "Send ${%s}, ${inputs.summary.a} and ${inputs.summary[0].b}?"}}
                """
                    .formatted(path)))
        .containsExactly("steps.review.human.prompt shows " + reported);
  }

  @Test
  void noStepIsBeforeTheFirst() throws IOException {
    assertThat(warnings("- {id: ask, human: {prompt: '${inputs.a}?'}}\n"))
        .containsExactly(
            "steps.ask.human.prompt shows inputs.a, which is never there: no step is before it");
  }

  @Test
  void whatAProgramMustPutOutIsJsonOrUnsaid() throws IOException {
    assertThat(
            workflow("- {id: a, run: [\"true\"], output: json}\n")
                .agents()
                .get("a")
                .config()
                .get("output"))
        .hasToString("\"json\"");
    assertThat(
            manifests
                .check(json("- {id: a, run: [\"true\"], output: yaml}\n"), Set.of(), Purpose.NEW)
                .issues())
        .singleElement()
        .satisfies(issue -> assertThat(issue.message()).isEqualTo("steps.a.output must be json"));
    assertThat(
            manifests
                .check(
                    json("- {id: a, human: {prompt: 'Go on?'}, output: json}\n"),
                    Set.of(),
                    Purpose.NEW)
                .issues())
        .singleElement()
        .satisfies(issue -> assertThat(issue.message()).contains("steps.a.output has no effect"));
  }
}
