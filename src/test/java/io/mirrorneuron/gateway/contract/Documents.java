package io.mirrorneuron.gateway.contract;

import io.mirrorneuron.gateway.contract.bundle.ContractBundle;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Contracts for tests. */
public final class Documents {
  private Documents() {}

  /** The real one, from its sources. */
  static JsonObject real() {
    try {
      return new JsonObject(ContractBundle.of(Path.of("openapi")).json());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One with what the gateway answers itself and nothing else. */
  public static JsonObject small() {
    return new JsonObject(
        """
        {"openapi":"3.1.0","info":{"title":"t","version":"1"},"servers":[{"url":"/api/v1"}],
         "paths":{"/health":{"get":{"operationId":"getHealth","tags":["gateway"],"security":[],
           "responses":{"200":{"description":"ok","content":{"application/json":{}}}}}},
           "/health/ready":{"get":{"operationId":"getReadiness","tags":["gateway"],"security":[],
           "responses":{"200":{"description":"ok","content":{"application/json":{}}}}}}}}
        """);
  }

  /** Adds an operation for viewers that answers 200 with JSON. */
  public static JsonObject with(JsonObject document, String path, String id, String... tags) {
    JsonObject operation =
        new JsonObject()
            .put("operationId", id)
            .put("tags", new io.vertx.core.json.JsonArray(java.util.List.of(tags)))
            .put("x-mn-role", "viewer")
            .put(
                "responses",
                new JsonObject(
                    "{\"200\":{\"description\":\"ok\",\"content\":{\"application/json\":{}}}}"));
    document.getJsonObject("paths").put(path, new JsonObject().put("get", operation));
    return operation;
  }
}
