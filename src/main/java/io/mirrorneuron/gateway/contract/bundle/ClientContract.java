package io.mirrorneuron.gateway.contract.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * The contract as input of client generators (docs/adr/0045): a subset of the real one. Features
 * that a generator would get wrong are left to handwritten helpers.
 *
 * <ul>
 *   <li>Duplicate operations are removed.
 *   <li>Sockets and answers other than JSON are removed; helpers follow streams and fetch files.
 *   <li>Failure answers and roles are removed; helpers send the token and create errors.
 *   <li>{@code enum} and {@code const} values move to the description, because a newer server may
 *       send further ones.
 *   <li>Times stay text, as the server wrote them.
 *   <li>The version of the product replaces that of the contract, so that packages have it.
 * </ul>
 */
public final class ClientContract {
  /** Target language, with the limits of its generator's types. */
  public enum Language {
    PYTHON(true, true),
    TYPESCRIPT(false, false),
    JAVA(true, false);

    /** A string or an integer becomes any value. */
    final boolean withoutTypesOfSeveral;

    /** An object without declared members becomes any value, not a class of its own. */
    final boolean withoutFreeObjects;

    Language(boolean withoutTypesOfSeveral, boolean withoutFreeObjects) {
      this.withoutTypesOfSeveral = withoutTypesOfSeveral;
      this.withoutFreeObjects = withoutFreeObjects;
    }
  }

  /** Duplicates of other operations, for handwritten requests. */
  public static final Set<String> TWINS =
      Set.of("checkServicesByPath", "cleanupJobsAlias", "joinNode", "removeModelByPost");

  private static final String PARAMETERS = "parameters";
  private static final String JSON_TYPE = "application/json";
  private static final String BYTES_TYPE = "application/octet-stream";
  private static final String INTRODUCTION =
      "Client of a MirrorNeuron server, made from its contract. Helpers follow streams, upload"
          + " folders and turn failures into errors with a word for programs.";
  private static final Set<String> PRUNED = Set.of(PARAMETERS, "headers", "responses");

  private final OpenSchemas schemas;

  private ClientContract(Language language) {
    schemas = new OpenSchemas(language);
  }

  /**
   * Arguments: the folder with the bundled contract as JSON, the version of the product, and the
   * output folder for one document per language.
   */
  public static void main(String[] arguments) throws IOException {
    JsonNode contract =
        Json.parse(Files.readString(Path.of(arguments[0]).resolve("mirrorneuron.json")));
    Path folder = Files.createDirectories(Path.of(arguments[2]));
    for (Language language : Language.values()) {
      String name = language.name().toLowerCase(Locale.ROOT) + ".json";
      Files.writeString(
          folder.resolve(name), Json.indented(of(contract, arguments[1], language)) + "\n");
    }
  }

  /** A copy; the same arguments give the same bytes. */
  public static JsonNode of(JsonNode contract, String version, Language language) {
    ObjectNode copy = contract.deepCopy();
    ((ObjectNode) copy.get("info")).put("version", version).put("description", INTRODUCTION);
    new ClientContract(language).simplify(copy);
    return copy;
  }

  private void simplify(ObjectNode contract) {
    ObjectNode paths = (ObjectNode) contract.get("paths");
    ObjectNode components = (ObjectNode) contract.get("components");
    for (String path : names(paths)) {
      operations((ObjectNode) paths.get(path));
      if (paths.get(path).isEmpty()) {
        paths.remove(path);
      }
    }
    contract.remove("security");
    components.remove("securitySchemes");
    answers(components.get("responses"));
    withoutUnused(paths, components);
    schemas.open(components.get(PARAMETERS));
    components.get("schemas").forEach(schemas::openNamed);
  }

  private void operations(ObjectNode path) {
    for (String method : names(path)) {
      ObjectNode operation = (ObjectNode) path.get(method);
      if (operation.has("x-mn-socket") || TWINS.contains(operation.path("operationId").asText())) {
        path.remove(method);
        continue;
      }
      operation.remove("security");
      ObjectNode responses = (ObjectNode) operation.get("responses");
      for (String status : names(responses)) {
        if (!status.startsWith("2") || status.equals("206")) {
          responses.remove(status);
        }
      }
      answers(responses);
      schemas.open(operation.path(PARAMETERS));
    }
  }

  private static void answers(JsonNode responses) {
    for (JsonNode response : responses) {
      if (response.get("content") instanceof ObjectNode content) {
        if (content.has(JSON_TYPE)) {
          content.retain(JSON_TYPE);
        } else {
          JsonNode file = content.iterator().next();
          content.removeAll();
          content.set(BYTES_TYPE, file);
        }
      }
    }
  }

  /** A parameter or an answer that only sockets or failures had would become a type of its own. */
  private static void withoutUnused(ObjectNode paths, ObjectNode components) {
    Set<String> used = new TreeSet<>();
    references(paths, used);
    for (String kind : PRUNED) {
      if (components.get(kind) instanceof ObjectNode parts) {
        names(parts).stream()
            .filter(name -> !used.contains("#/components/" + kind + "/" + name))
            .forEach(parts::remove);
      }
    }
  }

  private static void references(JsonNode node, Set<String> used) {
    if (node.has("$ref")) {
      used.add(node.get("$ref").asText());
    }
    node.forEach(part -> references(part, used));
  }

  static List<String> names(ObjectNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
