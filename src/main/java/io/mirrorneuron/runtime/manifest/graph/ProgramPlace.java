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
 * @param node as the agent stands in the manifest
 * @param config of that agent, with what the author left unsaid; nothing in it is checked
 */
public record ProgramPlace(String agentId, ManifestValue node, ManifestValue config) {

  /** What is read of a config. */
  private record PlaceFields(
      String pool, Integer poolSlots, String workdir, String sandboxUploadPath) {}

  private PlaceFields reported() {
    return LenientJson.read(config.value(), PlaceFields.class);
  }

  public ManifestValue command() {
    return config.find("command");
  }

  /** The program and its arguments; empty for a line of a shell and for what is no command. */
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

  /** The folder that it starts in, as it is written; empty when nothing is. */
  String workdir() {
    return Objects.requireNonNullElse(reported().workdir, "");
  }

  /** Whether another prefix than the usual one stands for the workspace. */
  boolean namesWorkspace() {
    return reported().sandboxUploadPath != null;
  }

  /** Whether it is not looked for where this node looks for programs. */
  public boolean hasOwnPath() {
    return Stream.of("python_environment", "environment.PATH")
        .anyMatch(path -> !config.find(path).isAbsent());
  }

  /** Whether the server tells the program this variable, whatever the manifest says of it. */
  public boolean isReported(String variable) {
    return ReservedVariables.areReportedBy(node, variable);
  }

  /**
   * Where the author asks for something of the machine; the agent itself when it is not there, as
   * for what policies of the whole job ask for.
   *
   * @param members where that may be, one of which does
   * @param mentions a text that the right one has in it
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

  /** Where the author wrote the member, or what it would be in. */
  public Location location(String member) {
    return config.at(member).location();
  }
}
