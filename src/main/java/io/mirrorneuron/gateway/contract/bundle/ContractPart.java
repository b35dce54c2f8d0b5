package io.mirrorneuron.gateway.contract.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * One path or one component of a source document.
 *
 * @param kind {@code paths}, or the member of {@code components} that it stands in
 * @param text its lines as they were written, with the comments directly above it and the blank
 *     lines below it
 */
record ContractPart(String kind, String name, String text, JsonNode value) {
  static final String PATHS = "paths";

  /** The kinds of components that a contract may have, in the order of the bundle. */
  static final List<String> COMPONENTS =
      List.of("securitySchemes", "parameters", "headers", "requestBodies", "responses", "schemas");

  boolean isPath() {
    return kind.equals(PATHS);
  }

  /** Unique in the bundle, and what errors call it. */
  String key() {
    return key(kind, name);
  }

  static String key(String kind, String name) {
    return kind.equals(PATHS) ? "path " + name : kind + "/" + name;
  }
}
