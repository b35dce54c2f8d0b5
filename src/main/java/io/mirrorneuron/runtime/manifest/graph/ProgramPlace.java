package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.wire.LenientJson;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A program that a manifest names.
 *
 * @param agentId of the agent that runs it
 * @param node as written
 * @param config of that agent in the long form; unchecked
 */
public record ProgramPlace(String agentId, ManifestValue node, ManifestValue config) {

  private record PlaceFields(
      String pool, Integer poolSlots, String workdir, String sandboxUploadPath) {}

  private PlaceFields reported() {
    return LenientJson.read(config.value(), PlaceFields.class);
  }

  public ManifestValue command() {
    return config.find("command");
  }

  /** The program and its arguments; empty for a shell line and for an invalid command. */
  public List<ManifestValue> words() {
    List<ManifestValue> words = command().items();
    return words.stream().allMatch(word -> word.value().isTextual()) ? words : List.of();
  }

  public String pool() {
    return Objects.requireNonNullElse(reported().pool, "default");
  }

  public int slots() {
    return Objects.requireNonNullElse(reported().poolSlots, 1);
  }

  /** Its working folder as written; empty when none is. */
  String workdir() {
    return Objects.requireNonNullElse(reported().workdir, "");
  }

  /** Whether the workspace has another prefix than the default. */
  boolean namesWorkspace() {
    return reported().sandboxUploadPath != null;
  }

  /** Whether its config has a PATH or a Python environment of its own. */
  public boolean hasOwnPath() {
    return Stream.of("python_environment", "environment.PATH")
        .anyMatch(path -> !config.find(path).isAbsent());
  }

  /** Whether the server sets this variable for the program, whatever the manifest says. */
  public boolean isReported(String variable) {
    return ReservedVariables.areReportedBy(node, variable);
  }

  /**
   * Where the author demands something of the machine; the agent itself when the policies of the
   * whole job demand it.
   *
   * @param members possible places, one of which has the demand
   * @param mentions a text that the right one contains
   */
  public Location asking(List<String> members, String mentions) {
    String text = mentions.toLowerCase(Locale.ROOT);
    return members.stream()
        .flatMap(member -> Stream.of(member, "config." + member))
        .map(node::find)
        .filter(found -> !found.isAbsent())
        .filter(found -> found.value().toString().toLowerCase(Locale.ROOT).contains(text))
        .findFirst()
        .orElse(node)
        .location();
  }

  /** The place of the member, or of the object for it. */
  public Location location(String member) {
    return config.at(member).location();
  }
}
