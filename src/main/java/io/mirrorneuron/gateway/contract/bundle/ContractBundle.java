package io.mirrorneuron.gateway.contract.bundle;

import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The contract in one document, united by the build: reading and checking YAML would be a fifth of
 * the server's start, and reading all of it a tenth.
 *
 * @param yaml the lines that its authors wrote
 * @param json the same, compact
 */
public record ContractBundle(String yaml, String json) {
  private static final String SUFFIX = ".yaml";

  /** Arguments: the folder of the contract, and the one that the bundle is written to. */
  public static void main(String[] arguments) throws IOException {
    ContractBundle bundle = of(Path.of(arguments[0]));
    bundle.check();
    Path folder = Files.createDirectories(Path.of(arguments[1]));
    Files.writeString(folder.resolve("mirrorneuron.yaml"), bundle.yaml());
    Files.writeString(folder.resolve("mirrorneuron.json"), bundle.json());
    Files.writeString(folder.resolve("server.json"), bundle.forServers());
  }

  /**
   * Unites {@code mirrorneuron.yaml} and all documents in {@code areas}: paths and components in
   * the order of the head's tags, then of file names, then as they are written.
   *
   * @throws IllegalStateException naming all that is wrong, with files and names
   */
  public static ContractBundle of(Path folder) throws IOException {
    SourceDocument head = SourceDocument.head(folder);
    List<SourceDocument> areas = areas(folder, head);
    List<String> faults = BundleCheck.faults(head, areas);
    if (!faults.isEmpty()) {
      throw new IllegalStateException(
          "the contract in %s cannot be united:\n  %s"
              .formatted(folder, String.join("\n  ", faults)));
    }
    String yaml = unite(head, areas);
    return new ContractBundle(yaml, Json.write(SourceDocument.YAML.readTree(yaml)));
  }

  /** What servers read of it. */
  public String forServers() {
    return Contract.forServers(new JsonObject(json)).encode();
  }

  /** Fails when it breaks the rules of OpenAPI; servers read it without looking for that. */
  private void check() {
    Vertx vertx = Vertx.vertx();
    try {
      Contract.of(vertx, new JsonObject(json)).await();
    } finally {
      vertx.close().await();
    }
  }

  private static List<SourceDocument> areas(Path folder, SourceDocument head) throws IOException {
    List<String> files;
    try (Stream<Path> found = Files.list(folder.resolve("areas"))) {
      files =
          found
              .map(file -> "areas/" + file.getFileName())
              .filter(file -> file.endsWith(SUFFIX))
              .sorted(inOrder(head))
              .toList();
    }
    List<SourceDocument> areas = new ArrayList<>();
    for (String file : files) {
      areas.add(SourceDocument.read(folder, file));
    }
    return areas;
  }

  /** A tag's own document comes before its further ones. */
  private static Comparator<String> inOrder(SourceDocument head) {
    List<String> tags = BundleCheck.tags(head);
    return Comparator.<String>comparingInt(
            file -> BundleCheck.tag(head, file).map(tags::indexOf).orElse(-1))
        .thenComparing(file -> file.substring(0, file.length() - SUFFIX.length()));
  }

  private static String unite(SourceDocument head, List<SourceDocument> areas) {
    List<ContractPart> parts = new ArrayList<>(head.parts());
    for (SourceDocument area : areas) {
      area.parts().stream().filter(part -> !area.isImport(part)).forEach(parts::add);
    }
    StringBuilder yaml = new StringBuilder(head.preamble()).append("paths:\n");
    append(yaml, parts, ContractPart.PATHS, "\n");
    yaml.append("components:\n");
    for (String kind : ContractPart.COMPONENTS) {
      if (parts.stream().anyMatch(part -> part.kind().equals(kind))) {
        yaml.append("  ").append(kind).append(":\n");
        append(yaml, parts, kind, "");
        yaml.append('\n');
      }
    }
    return yaml.toString()
        .stripTrailing()
        .concat("\n")
        .replaceAll("(\\$ref: [\"'])" + Pattern.quote(SourceDocument.TO_HEAD + "#"), "$1#");
  }

  /** Where a part stood, at the end of its file or not, must not be seen: hence the blank lines. */
  private static void append(
      StringBuilder yaml, List<ContractPart> parts, String kind, String separator) {
    parts.stream()
        .filter(part -> part.kind().equals(kind))
        .forEach(part -> yaml.append(part.text().stripTrailing()).append('\n').append(separator));
  }
}
