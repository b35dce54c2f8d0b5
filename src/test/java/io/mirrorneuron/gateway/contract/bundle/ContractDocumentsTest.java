package io.mirrorneuron.gateway.contract.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.gateway.contract.bundle.ContractBundle.SourceDocument;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.OutputUnit;
import io.vertx.openapi.contract.OpenAPIVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents of the contract as they are. */
class ContractDocumentsTest {
  private static final Path FOLDER = Path.of("openapi");
  private static final int MOST_LINES = 900;

  private static Vertx vertx;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void close() {
    vertx.close().await();
  }

  static Stream<String> files() throws IOException {
    try (Stream<Path> areas = Files.list(FOLDER.resolve("areas"))) {
      return Stream.concat(
          Stream.of("mirrorneuron.yaml"),
          areas.map(file -> "areas/" + file.getFileName()).sorted().toList().stream());
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void isAWholeOpenApiDocumentThatCanBeReadAtOnce(String file) throws IOException {
    SourceDocument document = SourceDocument.read(FOLDER, file);
    JsonObject tree = new JsonObject(Json.write(document.tree()));
    OpenAPIVersion version = OpenAPIVersion.fromContract(tree);

    OutputUnit verdict =
        version
            .getRepository(vertx, "app://contract")
            .compose(schemas -> version.validateContract(vertx, schemas, tree))
            .await();

    assertThat(version).isEqualTo(OpenAPIVersion.V3_1);
    assertThat(verdict.getErrors()).as("faults of " + file).isNullOrEmpty();
    assertThat(verdict.getValid()).isTrue();
    assertThat(Files.readAllLines(FOLDER.resolve(file)))
        .as("lines of " + file + "; what is over belongs into another areas/<tag>-<part>.yaml")
        .hasSizeLessThanOrEqualTo(MOST_LINES);
  }

  @Test
  void whatIsServedIsTheBundleOfTheseDocuments() throws IOException {
    ContractBundle bundle = ContractBundle.of(FOLDER);

    assertThat(resource("/openapi/mirrorneuron.json")).isEqualTo(bundle.json());
    assertThat(resource("/openapi/mirrorneuron.yaml")).isEqualTo(bundle.yaml());
    assertThat(resource("/openapi/server.json")).isEqualTo(bundle.forServers());
    assertThat(Json.parse(bundle.json())).isEqualTo(SourceDocument.YAML.readTree(bundle.yaml()));
  }

  @Test
  void theBundleHasEachPathAndComponentOfEachDocumentOnce() throws IOException {
    JsonNode bundle = Json.parse(ContractBundle.of(FOLDER).json());
    List<String> written = new ArrayList<>();
    files().map(ContractDocumentsTest::read).forEach(one -> written.addAll(parts(one.tree())));

    assertThat(parts(bundle)).hasSizeGreaterThan(150).doesNotHaveDuplicates();
    assertThat(written).containsOnlyOnceElementsOf(parts(bundle)).hasSameSizeAs(parts(bundle));
    assertThat(bundle.toString()).doesNotContain("../mirrorneuron.yaml");
  }

  /** By the tree and not by the lines that the bundle is made of. */
  private static List<String> parts(JsonNode document) {
    List<String> parts = new ArrayList<>();
    document.path("paths").fieldNames().forEachRemaining(parts::add);
    for (var kind : document.path("components").properties()) {
      for (var component : kind.getValue().properties()) {
        if (!component.getValue().path("$ref").asText().startsWith("../")) {
          parts.add(kind.getKey() + "/" + component.getKey());
        }
      }
    }
    return parts;
  }

  private static SourceDocument read(String file) {
    try {
      return SourceDocument.read(FOLDER, file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = ContractDocumentsTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
