package io.mirrorneuron.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.gateway.contract.Contract.RequestRules;
import io.mirrorneuron.gateway.contract.Contract.ServerContract;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class RequestRulesTest {
  private static final String DOCUMENT =
      """
      {"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
       "servers": [{"url": "/api"}],
       "paths": {"/a/{id}": {"post": {
         "operationId": "makeA", "summary": "for readers", "tags": ["a"],
         "parameters": [{"$ref": "#/components/parameters/Id"}],
         "requestBody": {"description": "for readers", "content": {"application/json": {
           "schema": {"$ref": "#/components/schemas/A"}, "examples": {"one": {"value": {}}}}}},
         "responses": {"200": {"$ref": "#/components/responses/Done"}}}}},
       "components": {
         "parameters": {"Id": {"name": "id", "in": "path", "required": true,
           "schema": {"type": "string", "description": "for readers"}}},
         "responses": {"Done": {"description": "done"}},
         "schemas": {
           "A": {"type": "object", "properties": {
             "description": {"$ref": "#/components/schemas/Text"},
             "kind": {"type": "string", "x-mn-accepts": ["integer"]},
             "state": {"enum": [{"summary": "data"}]},
             "a": {"$ref": "#/components/schemas/A"}}},
           "Text": {"type": "string", "maxLength": 3, "example": "abc"},
           "Answer": {"type": "object"}}}}
      """;

  private final JsonObject rules = RequestRules.of(ServerContract.of(new JsonObject(DOCUMENT)));

  @Test
  void anOperationIsAtItsWholePathWithWhatIsAskedOfItsRequests() {
    assertThat(rules.getJsonObject("paths").fieldNames()).containsExactly("/api/a/{id}");
    JsonObject operation = operation();

    assertThat(operation.fieldNames())
        .containsExactlyInAnyOrder("operationId", "parameters", "requestBody", "responses");
    assertThat(operation.getJsonObject("requestBody").encode())
        .isEqualTo(
            "{\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/A\"}}}}");
  }

  @Test
  void onlyComponentsThatRequestsReferToAreThere() {
    JsonObject components = rules.getJsonObject("components");

    assertThat(components.fieldNames()).containsExactlyInAnyOrder("parameters", "schemas");
    assertThat(components.getJsonObject("parameters").fieldNames()).containsExactly("Id");
    assertThat(components.getJsonObject("schemas").fieldNames())
        .containsExactlyInAnyOrder("A", "Text");
  }

  @Test
  void namesAndDataThatLookLikeTextForReadersStay() {
    JsonObject properties = schema("A").getJsonObject("properties");

    assertThat(properties.containsKey("description")).isTrue();
    assertThat(properties.getJsonObject("state").encode())
        .isEqualTo("{\"enum\":[{\"summary\":\"data\"}]}");
    assertThat(schema("Text").encode()).isEqualTo("{\"type\":\"string\",\"maxLength\":3}");
  }

  @Test
  void toleratedTypesAreAmongTheOthers() {
    JsonObject kind = schema("A").getJsonObject("properties").getJsonObject("kind");

    assertThat(kind.getJsonArray("type").encode()).isEqualTo("[\"string\",\"integer\"]");
  }

  private JsonObject operation() {
    return rules.getJsonObject("paths").getJsonObject("/api/a/{id}").getJsonObject("post");
  }

  private JsonObject schema(String name) {
    return rules.getJsonObject("components").getJsonObject("schemas").getJsonObject(name);
  }
}
