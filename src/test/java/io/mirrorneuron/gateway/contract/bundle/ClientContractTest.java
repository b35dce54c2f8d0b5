package io.mirrorneuron.gateway.contract.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.gateway.contract.bundle.ClientContract.Language;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClientContractTest {
  private static JsonNode real;

  @TempDir Path folder;

  @BeforeAll
  static void read() throws IOException {
    real = Json.parse(ContractBundle.of(Path.of("openapi")).json());
  }

  @ParameterizedTest
  @EnumSource
  void keepsEveryOperationThatIsNoSocketAndNoTwinWithOneGoodAnswer(Language language) {
    Set<String> expected = new TreeSet<>();
    real.path("paths")
        .forEach(
            path ->
                path.forEach(
                    operation -> {
                      if (!operation.has("x-mn-socket")) {
                        expected.add(operation.path("operationId").asText());
                      }
                    }));
    Set<String> kept = new TreeSet<>();
    JsonNode clients = ClientContract.of(real, "1.2.3", language);
    for (JsonNode path : clients.path("paths")) {
      for (JsonNode operation : path) {
        kept.add(operation.path("operationId").asText());
        assertThat(operation.path("responses").properties())
            .as("answers of %s", operation.path("operationId"))
            .isNotEmpty()
            .allMatch(response -> response.getKey().startsWith("2"));
      }
    }
    assertThat(expected).containsAll(ClientContract.TWINS);
    expected.removeAll(ClientContract.TWINS);
    assertThat(kept).isEqualTo(expected).hasSizeGreaterThan(100);
    assertThat(clients.at("/info/version").asText()).isEqualTo("1.2.3");
  }

  @ParameterizedTest
  @EnumSource
  void hasNoFormOfAnAnswerBesideTheOneThatGeneratorsTake(Language language) {
    List<String> types = new ArrayList<>();
    for (JsonNode path : ClientContract.of(real, "1", language).path("paths")) {
      for (JsonNode operation : path) {
        for (JsonNode response : operation.path("responses")) {
          assertThat(response.path("content").size()).isLessThan(2);
          response.path("content").fieldNames().forEachRemaining(types::add);
        }
      }
    }
    assertThat(types).containsOnly("application/json", "application/octet-stream");
  }

  @ParameterizedTest
  @EnumSource
  void noWordIsClosedAndEachOneIsStillTold(Language language) {
    JsonNode schemas = ClientContract.of(real, "1", language).at("/components/schemas");
    assertThat(schemas.findValues("const")).isEmpty();
    assertThat(schemas.findValues("enum")).isEmpty();
    assertThat(schemas.at("/HumanRequest/properties/status/description").asText())
        .contains("`run_over`: the run ended")
        .endsWith(
            "Known are `pending`, `claimed`, `overdue`, `answered`, `timed_out`, `run_over`.");
  }

  /** The original must not be changed, and nothing of it may dangle. */
  @ParameterizedTest
  @EnumSource
  void referencesLeadSomewhere(Language language) {
    JsonNode before = real.deepCopy();
    JsonNode clients = ClientContract.of(real, "1", language);
    assertThat(clients.findValuesAsText("$ref"))
        .isNotEmpty()
        .allSatisfy(
            reference -> assertThat(clients.at(reference.substring(1)).isMissingNode()).isFalse());
    assertThat(real).isEqualTo(before);
  }

  @Test
  void aStringOrIntegerStaysOneWhereTheLanguageCanSayIt() {
    assertThat(type(Language.TYPESCRIPT, "ForkPoint")).isEqualTo(type(null, "ForkPoint"));
    assertThat(type(Language.JAVA, "ForkPoint").isMissingNode()).isTrue();
    assertThat(type(Language.PYTHON, "ForkPoint").isMissingNode()).isTrue();
  }

  @Test
  void objectsThatNobodyDeclaresGetNoClassInPython() {
    String member = "/components/schemas/JobDetail/properties/failure";
    assertThat(ClientContract.of(real, "1", Language.PYTHON).at(member).has("type")).isFalse();
    assertThat(ClientContract.of(real, "1", Language.JAVA).at(member).has("type")).isTrue();
  }

  @Test
  void isWrittenForEachLanguageAlikeEachTime() throws IOException {
    Path contract = Files.createDirectories(folder.resolve("contract"));
    Files.writeString(contract.resolve("mirrorneuron.json"), Json.write(real));
    for (String to : List.of("once", "again")) {
      ClientContract.main(
          new String[] {contract.toString(), "1.2.3", folder.resolve(to).toString()});
    }
    for (String name : List.of("python.json", "typescript.json", "java.json")) {
      assertThat(folder.resolve("once").resolve(name))
          .hasSameBinaryContentAs(folder.resolve("again").resolve(name));
    }
  }

  private static JsonNode type(Language language, String schema) {
    JsonNode contract = language == null ? real : ClientContract.of(real, "1", language);
    return contract.at("/components/schemas/" + schema + "/type");
  }
}
