package io.mirrorneuron.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.gateway.contract.Contract.ServerContract;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerContractTest {
  /** As the areas and the router read them. */
  @Test
  void operationsAreThoseOfThePublishedDocument() throws IOException {
    JsonObject published = resource("/openapi/mirrorneuron.json");

    assertThat(operations(ServerContract.of(published)))
        .hasSizeGreaterThan(80)
        .isEqualTo(operations(published));
  }

  @Test
  void itIsAFifthOfThePublishedDocumentAtMost() throws IOException {
    assertThat(resource("/openapi/server.json").encode().length())
        .isLessThan(resource("/openapi/mirrorneuron.json").encode().length() / 5);
  }

  private static List<ApiOperation> operations(JsonObject document) {
    List<ApiOperation> operations = new ArrayList<>();
    Contract.visit(
        document,
        (path, method, operation) ->
            operations.add(
                ApiOperation.read(
                    "/api", path, method, operation, document.getJsonObject("components"))));
    return operations;
  }

  private static JsonObject resource(String name) throws IOException {
    try (InputStream in = ServerContractTest.class.getResourceAsStream(name)) {
      return new JsonObject(new String(in.readAllBytes()));
    }
  }
}
