package io.mirrorneuron.gateway.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Turns the contract into JSON. The build runs it, because reading YAML would be a fifth of the
 * server's start.
 */
public final class ContractJson {
  private ContractJson() {}

  /** Arguments: the YAML file to read, the JSON file to write. */
  public static void main(String[] arguments) throws IOException {
    Path json = Path.of(arguments[1]);
    Files.createDirectories(json.toAbsolutePath().getParent());
    Files.writeString(json, of(Files.readString(Path.of(arguments[0]))));
  }

  static String of(String yaml) throws IOException {
    JsonNode document = new YAMLMapper().readTree(yaml);
    return Json.write(document);
  }
}
