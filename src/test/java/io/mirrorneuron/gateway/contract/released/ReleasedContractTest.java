package io.mirrorneuron.gateway.contract.released;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.gateway.contract.bundle.ContractBundle;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whoever breaks clients of the last release says so in {@code docs/CHANGELOG.md}. A release renews
 * {@code openapi/released.json}: {@code ./mvnw test -Dtest=ReleasedContractTest
 * -Dcontract.release=write}; nothing else does.
 */
class ReleasedContractTest {
  private static final Path RELEASED = Path.of("openapi", "released.json");
  private static final Path CHANGELOG = Path.of("docs", "CHANGELOG.md");

  private static JsonNode now;

  @BeforeAll
  static void read() throws IOException {
    now = Json.parse(ContractBundle.of(Path.of("openapi")).json());
    if ("write".equals(System.getProperty("contract.release"))) {
      Files.writeString(RELEASED, Json.indented(now) + "\n");
    }
  }

  @Test
  void whatBreaksClientsOfTheLastReleaseStandsInTheChangelog() throws IOException {
    String unreleased = unreleased();
    List<String> unreported =
        ContractChanges.breaking(Json.parse(Files.readString(RELEASED)), now).entrySet().stream()
            .filter(change -> !unreleased.contains("`" + change.getKey() + "`"))
            .map(change -> "- `" + change.getKey() + "` " + change.getValue())
            .toList();
    assertThat(unreported)
        .as("breaking changes without an entry below \"Unreleased\" in %s", CHANGELOG)
        .isEmpty();
  }

  /** What the next release will have. */
  private static String unreleased() throws IOException {
    String[] releases = Files.readString(CHANGELOG).split("(?m)^## ");
    assertThat(releases[1]).startsWith("Unreleased\n");
    return releases[1];
  }

  @Test
  void aContractBreaksNothingOfItself() {
    assertThat(ContractChanges.breaking(now, now.deepCopy())).isEmpty();
  }

  /** One change each of what a client may notice: where it is made, what it is, and its place. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/paths/~1jobs/post||submitJob",
        "/paths/~1jobs/post/operationId|\"sendJob\"|submitJob",
        "/paths/~1jobs/get/x-mn-role|\"admin\"|listJobs",
        "/paths/~1jobs~1{job_id}~1events/get/x-mn-stream/cursor|\"from\"|listJobEvents",
        "/paths/~1jobs/get/responses/200/content/application~1json||listJobs 200",
        "/paths/~1jobs/post/responses/200||submitJob 200",
        "/paths/~1jobs/get/parameters|[]|listJobs?limit",
        "/components/schemas/SubmitRequest/properties/force||SubmitRequest.force",
        "/components/schemas/SubmitRequest/properties/force/type|\"string\"|SubmitRequest.force",
        "/components/schemas/SubmitRequest/required|[\"manifest\"]|SubmitRequest.manifest",
        "/components/schemas/ForkPoint/type|\"string\"|ForkPoint",
        "/components/schemas/ForkPoint/minimum|1|ForkPoint",
        "/components/schemas/Cleared/properties/cleared_count/type|[\"integer\",\"null\"]|Cleared.cleared_count",
        "/components/schemas/Cleared/properties/cleared_count/type|\"number\"|Cleared.cleared_count",
        "/components/schemas/Cleared/properties/cleared_count/type|\"string\"|Cleared.cleared_count",
        "/components/schemas/Cleared/properties/cleared_count||Cleared.cleared_count",
        "/components/schemas/Cleared/required||Cleared.cleared_count",
        "/components/schemas/PlannedStep/properties/after/items/type|\"integer\"|PlannedStep.after[]"
      })
  void noticesWhatBreaksClients(String at, String value, String place) throws IOException {
    assertThat(ContractChanges.breaking(now, with(at, value))).containsKey(place);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/paths/~1news|{}",
        "/paths/~1jobs/get/x-mn-role|",
        "/components/schemas/Cleared/properties/news|{\"type\":\"string\"}",
        "/components/schemas/SubmitRequest/properties/news|{\"type\":\"string\"}",
        "/components/schemas/ForkPoint/minimum|-1",
        "/components/schemas/Plan/properties/job_type/enum|[\"service\",\"batch\",\"cron\"]",
        "/components/schemas/Plan/properties/status|{\"type\":\"string\"}"
      })
  void whatIsOnlyNewBreaksNobody(String at, String value) throws IOException {
    assertThat(ContractChanges.breaking(now, with(at, value))).isEmpty();
  }

  private static JsonNode with(String at, String value) throws IOException {
    JsonNode copy = now.deepCopy();
    int end = at.lastIndexOf('/');
    ObjectNode parent = (ObjectNode) copy.at(at.substring(0, end));
    String name = at.substring(end + 1).replace("~1", "/");
    if (value == null) {
      assertThat(parent.remove(name)).as(at).isNotNull();
    } else {
      parent.set(name, Json.parse(value));
    }
    return copy;
  }
}
