package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.Output;
import java.util.List;
import java.util.Objects;

/** A model as the API tells it, in words for people. */
record ToldModel(
    String id,
    String name,
    String provider,
    String model,
    String backend,
    Long contextSize,
    boolean installed,
    String status,
    String node,
    Fit compatibility,
    List<String> usedBy,
    boolean orphaned,
    boolean manual,
    Install install) {
  static final List<String> HEADERS = List.of("Model", "Name", "Status", "Node", "Fit", "Used by");

  record Fit(String status, String message, String help) {}

  /** How far an installation is, or how it ended. */
  record Install(String status, String message, long pulledBytes, long totalBytes, String error) {
    boolean isUnderWay() {
      return "installing".equals(status);
    }

    /** Without an end: {@code 12.0 of 256.0 MB (4 %)}. */
    String bytes() {
      if (totalBytes <= 0) {
        return "%.1f MB".formatted(pulledBytes / 1e6);
      }
      long percent = 100 * pulledBytes / totalBytes;
      return "%.1f of %.1f MB (%d %%)".formatted(pulledBytes / 1e6, totalBytes / 1e6, percent);
    }
  }

  record All(List<ToldModel> models, boolean runnerAvailable, List<String> warnings) {}

  /** Whether it is being installed. */
  boolean isUnderWay() {
    return "installing".equals(status);
  }

  private String state() {
    if (installed) {
      return orphaned ? "installed, unused" : "installed";
    }
    return isUnderWay() && install != null && install.isUnderWay()
        ? "installing, " + install.bytes()
        : text(status);
  }

  List<String> row() {
    return List.of(
        text(id),
        text(name),
        state(),
        installed ? text(node) : "",
        compatibility == null ? "" : text(compatibility.status()),
        owners());
  }

  private String owners() {
    return String.join(", ", usedBy) + (manual ? usedBy.isEmpty() ? "by hand" : ", by hand" : "");
  }

  /** All that is known of it, a line each. */
  void print(Output output, boolean withFit) {
    output.field("Model", text(id));
    output.field("Name", text(name));
    output.field("Docker model", text(model));
    output.field("Provider", text(provider));
    output.field("Backend", text(backend));
    output.field("Status", row().get(2));
    if (contextSize != null) {
      output.field("Context", contextSize + " tokens");
    }
    if (!owners().isEmpty()) {
      output.field("Used by", owners());
    }
    if (install != null) {
      output.field("Install", install.error() == null ? install.status() : install.error());
    }
    if (withFit && compatibility != null) {
      output.field("Fit", compatibility.status() + ": " + text(compatibility.message()));
      if (compatibility.help() != null) {
        output.field("Help", compatibility.help());
      }
    }
  }

  /**
   * The catalog says with what a model runs; here nobody can say otherwise.
   *
   * @param otherBackend {@code auto} for that of the catalog
   * @param otherSize null for that of the catalog
   * @throws picocli.CommandLine.ParameterException when another one is wanted
   */
  void requireFit(ApiClient client, String otherBackend, Long otherSize) {
    if (!otherBackend.equals("auto") && !otherBackend.equals(backend)) {
      throw client.misuse(
          "--backend must be auto or %s: %s runs with no other here".formatted(text(backend), id));
    }
    if (otherSize != null && !otherSize.equals(contextSize)) {
      throw client.misuse(
          "--context-size must be %s: the runner decides it when it loads %s"
              .formatted(contextSize == null ? "left out" : contextSize, id));
    }
  }

  private static String text(String told) {
    return Objects.requireNonNullElse(told, "");
  }
}
