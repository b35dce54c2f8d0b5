package io.mirrorneuron.gateway.contract.bundle;

import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The contract in one document, united by the build: reading and checking YAML would be a fifth of
 * the server's start.
 *
 * @param yaml the lines that its authors wrote
 * @param json the same, compact
 */
public record ContractBundle(String yaml, String json) {

  /** Arguments: the folder of the contract, and the one that the bundle is written to. */
  public static void main(String[] arguments) throws IOException {
    ContractBundle bundle = of(Path.of(arguments[0]));
    Path folder = Files.createDirectories(Path.of(arguments[1]));
    Files.writeString(folder.resolve("mirrorneuron.yaml"), bundle.yaml());
    Files.writeString(folder.resolve("mirrorneuron.json"), bundle.json());
  }

  /**
   * Unites {@code mirrorneuron.yaml} and all documents in {@code areas}: paths and components in
   * the order of {@code order.txt}, those that it does not name first.
   *
   * @throws IllegalStateException naming all that is wrong, with files and names
   */
  public static ContractBundle of(Path folder) throws IOException {
    SourceDocument head = SourceDocument.head(folder);
    List<SourceDocument> areas = areas(folder, head);
    List<String> faults = BundleCheck.faults(head, areas);
    if (!faults.isEmpty()) {
      throw new IllegalStateException(
          "the contract in %s cannot be united:%n  %s"
              .formatted(folder, String.join("\n  ", faults)));
    }
    Path order = folder.resolve("order.txt");
    String yaml = unite(head, areas, Files.exists(order) ? Files.readAllLines(order) : List.of());
    return new ContractBundle(yaml, Json.write(SourceDocument.YAML.readTree(yaml)));
  }

  private static List<SourceDocument> areas(Path folder, SourceDocument head) throws IOException {
    List<String> files;
    try (Stream<Path> found = Files.list(folder.resolve("areas"))) {
      files =
          found
              .map(file -> "areas/" + file.getFileName())
              .filter(file -> file.endsWith(".yaml"))
              .sorted(
                  Comparator.comparingInt((String file) -> rank(head, file)).thenComparing(f -> f))
              .toList();
    }
    List<SourceDocument> areas = new ArrayList<>();
    for (String file : files) {
      areas.add(SourceDocument.read(folder, file));
    }
    return areas;
  }

  private static int rank(SourceDocument head, String file) {
    return BundleCheck.tag(head, file).map(BundleCheck.tags(head)::indexOf).orElse(-1);
  }

  private static String unite(SourceDocument head, List<SourceDocument> areas, List<String> order) {
    List<ContractPart> parts = new ArrayList<>(head.parts());
    for (SourceDocument area : areas) {
      area.parts().stream().filter(part -> !area.isImport(part)).forEach(parts::add);
    }
    parts.sort(Comparator.comparingInt(part -> order.indexOf(part.key())));
    StringBuilder yaml = new StringBuilder(head.preamble()).append("paths:\n");
    append(yaml, parts, ContractPart.PATHS);
    yaml.append("components:\n");
    for (String kind : ContractPart.COMPONENTS) {
      if (parts.stream().anyMatch(part -> part.kind().equals(kind))) {
        yaml.append("  ").append(kind).append(":\n");
        append(yaml, parts, kind);
      }
    }
    return yaml.toString().replaceAll("(\\$ref: [\"'])" + SourceDocument.TO_HEAD + "#", "$1#");
  }

  private static void append(StringBuilder yaml, List<ContractPart> parts, String kind) {
    parts.stream()
        .filter(part -> part.kind().equals(kind))
        .forEach(part -> yaml.append(part.text()));
  }
}
