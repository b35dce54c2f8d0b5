package io.mirrorneuron.gateway.contract.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How documents are united, and what is refused. */
class ContractBundleTest {
  private static final String START =
      """
      openapi: 3.1.0
      info: { title: t, version: "1" }
      servers: [{ url: /api }]
      """;

  @TempDir private Path folder;

  @BeforeEach
  void aHeadAndTwoAreas() throws IOException {
    Files.createDirectories(folder.resolve("areas"));
    write(
        "mirrorneuron.yaml",
        START,
        """
        security:
          - bearer: []
        tags: [{ name: runs }, { name: jobs }]
        components:
          securitySchemes:
            bearer: { type: http, scheme: bearer }
          schemas:
            Shared: { type: object }
        """);
    write(
        "areas/jobs.yaml",
        START,
        """
        paths:
          # What a job is.
          /jobs:
            get:
              operationId: listJobs
              tags: [jobs]
              responses:
                "200": { description: ok, x-a: { $ref: "#/components/schemas/Job" } }
        components:
          securitySchemes:
            bearer: { $ref: "../mirrorneuron.yaml#/components/securitySchemes/bearer" }
          schemas:
            Job: { $ref: "../mirrorneuron.yaml#/components/schemas/Shared" }
        """);
    write(
        "areas/runs.yaml",
        START,
        """
        paths:
          /runs:
            get: { operationId: listRuns, tags: [runs], responses: {} }
        """);
  }

  @Test
  void pathsAndComponentsStandInTheOrderOfTagsWithTheirCommentsAndOwnReferences()
      throws IOException {
    write(
        "areas/jobs-more.yaml",
        START,
        """
        paths:
          /jobs/more:
            get: { operationId: more, tags: [jobs], responses: {} }
        """);

    ContractBundle bundle = ContractBundle.of(folder);

    JsonObject document = new JsonObject(bundle.json());
    assertThat(document.getJsonObject("paths").fieldNames())
        .containsExactly("/runs", "/jobs", "/jobs/more");
    assertThat(document.getJsonObject("components").getJsonObject("schemas").fieldNames())
        .containsExactly("Shared", "Job");
    assertThat(document.getJsonArray("security")).hasSize(1);
    assertThat(bundle.yaml())
        .contains("  # What a job is.\n  /jobs:\n")
        .contains("    Job: { $ref: \"#/components/schemas/Shared\" }\n")
        .containsOnlyOnce("bearer: {");
  }

  @Test
  void aNameInTwoDocumentsIsRefused() throws IOException {
    edit("areas/runs.yaml", "/runs:", "/jobs:");
    append(
        "areas/runs.yaml",
        """
        components:
          schemas:
            Shared: { type: string }
            Job: { type: string }
        """);

    assertRefused(
        "path /jobs is in areas/runs.yaml and in areas/jobs.yaml",
        "schemas/Shared is in mirrorneuron.yaml and in areas/runs.yaml",
        "schemas/Job is in areas/runs.yaml and in areas/jobs.yaml");
  }

  @Test
  void aComponentThatNoOperationUsesIsRefusedAlsoWhenAnotherUnusedOneDoes() throws IOException {
    append("areas/jobs.yaml", "    Idle: { $ref: \"#/components/schemas/Chain\" }\n");
    append("areas/jobs.yaml", "    Chain: { type: string }\n");
    append("mirrorneuron.yaml", "    Old: { type: object }\n");

    assertRefused(
        "schemas/Old of mirrorneuron.yaml is used by no operation",
        "schemas/Idle of areas/jobs.yaml is used by no operation",
        "schemas/Chain of areas/jobs.yaml is used by no operation");
  }

  @Test
  void aReferenceWithoutItsTargetIsRefused() throws IOException {
    edit("areas/jobs.yaml", "schemas/Shared", "schemas/Gone");
    edit(
        "areas/runs.yaml",
        "responses: {}",
        "responses: { default: { $ref: \"%s\" } }".formatted("#/components/schemas/Job"));

    assertRefused(
        "areas/jobs.yaml refers to schemas/Gone, which mirrorneuron.yaml lacks",
        "areas/runs.yaml refers to schemas/Job, which it lacks; there is one in areas/jobs.yaml");
  }

  @Test
  void aReferenceToAnotherAreaIsRefused() throws IOException {
    edit(
        "areas/runs.yaml",
        "responses: {}",
        "responses: { default: { $ref: \"%s\" } }".formatted("jobs.yaml#/components/schemas/Job"));

    assertRefused("areas/runs.yaml refers to jobs.yaml#/components/schemas/Job: only");
  }

  @Test
  void aSecuritySchemeThatADocumentDoesNotKnowIsRefused() throws IOException {
    edit("areas/runs.yaml", "responses: {}", "responses: {}, security: [{ bearer: [viewer] }]");

    assertRefused(
        "areas/runs.yaml refers to securitySchemes/bearer, which it lacks; refer to the one in");
  }

  @Test
  void anAreaSaysOfTheServerWhatTheHeadSaysAndHasItsOwnTag() throws IOException {
    edit("areas/runs.yaml", "version: \"1\"", "version: \"2\"");
    edit("areas/runs.yaml", "tags: [runs]", "tags: [jobs]");
    append("areas/runs.yaml", "tags: []\n");
    write("areas/other.yaml", START, "paths: {}\n");

    assertRefused(
        "areas/runs.yaml and mirrorneuron.yaml differ in info/version",
        "listRuns of areas/runs.yaml must have the tag runs and no other",
        "areas/runs.yaml must not have the member tags",
        "areas/other.yaml is named after no tag of mirrorneuron.yaml");
  }

  @Test
  void aKeyThatStandsTwiceOrElsewhereThanItsLinesCanBeMovedIsRefused() throws IOException {
    append("areas/runs.yaml", "  /runs: {}\n");
    assertRefused("areas/runs.yaml: Duplicate field '/runs'");

    write("areas/runs.yaml", START, "paths: { /runs: {} }\n");
    assertRefused("areas/runs.yaml: /runs in line 4 must be indented by 2 blanks");
  }

  private void assertRefused(String... messages) {
    assertThatThrownBy(() -> ContractBundle.of(folder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll(messages);
  }

  private void write(String file, String start, String rest) throws IOException {
    Files.writeString(folder.resolve(file), start + rest);
  }

  private void edit(String file, String old, String replacement) throws IOException {
    String text = Files.readString(folder.resolve(file));
    assertThat(text).contains(old);
    Files.writeString(folder.resolve(file), text.replace(old, replacement));
  }

  private void append(String file, String more) throws IOException {
    Files.writeString(folder.resolve(file), Files.readString(folder.resolve(file)) + more);
  }
}
