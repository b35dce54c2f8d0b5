package io.mirrorneuron.gateway.contract.bundle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One YAML document of the contract, cut into its paths and components. The text is kept beside the
 * tree, so that the bundle reads as its authors wrote it.
 *
 * @param file relative to the folder of the contract, for example {@code areas/jobs.yaml}
 * @param preamble the text before its paths and components
 * @param parts in the order of the file
 */
record SourceDocument(String file, JsonNode tree, String preamble, List<ContractPart> parts) {
  static final ObjectMapper YAML =
      YAMLMapper.builder().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY).build();

  private static final String HEAD = "mirrorneuron.yaml";

  /** How an area's document begins a reference to the head. */
  static final String TO_HEAD = "../" + HEAD;

  private static final String COMPONENTS = "components";

  static SourceDocument head(Path folder) throws IOException {
    return read(folder, HEAD);
  }

  /**
   * @throws IllegalStateException when it is no YAML, has a key twice, or is not laid out in lines
   *     that can be moved to another document
   */
  static SourceDocument read(Path folder, String file) throws IOException {
    String text = Files.readString(folder.resolve(file));
    try {
      return of(file, YAML.readTree(text), SourceText.of(text));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new IllegalStateException(file + ": " + e.getMessage(), e);
    }
  }

  boolean isHead() {
    return file.equals(HEAD);
  }

  /** Whether the part only makes a component of the head known here, for readers of this file. */
  boolean isImport(ContractPart part) {
    return !isHead()
        && part.value().size() == 1
        && part.value()
            .path("$ref")
            .asText()
            .equals(TO_HEAD + "#/components/" + part.kind() + "/" + part.name());
  }

  private static SourceDocument of(String file, JsonNode tree, SourceText text) {
    List<ContractPart> parts = new ArrayList<>();
    for (SourceText.Block block : text.blocks()) {
      List<String> path = block.path();
      if (path.size() == 2 && path.getFirst().equals(ContractPart.PATHS)) {
        JsonNode value = tree.path(ContractPart.PATHS).path(path.get(1));
        parts.add(new ContractPart(ContractPart.PATHS, path.get(1), block.text(), value));
      } else if (path.size() == 3 && path.getFirst().equals(COMPONENTS)) {
        JsonNode value = tree.path(COMPONENTS).path(path.get(1)).path(path.get(2));
        parts.add(new ContractPart(path.get(1), path.get(2), block.text(), value));
      }
    }
    return new SourceDocument(
        file, tree, text.before(List.of(ContractPart.PATHS, COMPONENTS)), List.copyOf(parts));
  }
}
