package io.mirrorneuron.runtime.exec.python;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.exec.workspace.NotStarted;
import io.mirrorneuron.runtime.exec.workspace.PayloadFiles;
import io.mirrorneuron.runtime.exec.workspace.WorkspaceUploads;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a node's {@code python_environment} asks for.
 *
 * @param requirements content of the requirements file; empty without one
 * @param file its path below the payloads, or null
 * @param packages as pip takes them, sorted
 * @param payloads the bundle's payload folder when the requirements name files of it, else null
 */
record PythonPackages(String requirements, Path file, List<String> packages, Path payloads) {
  private static final int KEY_CHARACTERS = 32;

  /** Lines that lead to other files: options such as {@code -r}, relative paths, archives. */
  private static final Pattern LOCAL =
      Pattern.compile(
          "(?m)^[ \\t]*(-[rcef]|--(requirement|constraint|editable|find-links)\\b|[./]"
              + "|[^#\\n]*(@[ \\t]*[./]|\\bfile:)|[^#:\\n]*\\.(whl|zip|tar\\.gz)[ \\t]*(#|;|\\r?$))");

  PythonPackages {
    packages = List.copyOf(packages);
  }

  /** As the node says it, in the form that the manifest's reader has checked. */
  private record Wanted(List<String> packages, String requirements) {}

  /** Null when the node asks for none. */
  static PythonPackages of(Execution execution) throws NotStarted {
    JsonNode config = execution.config().path("python_environment");
    if (!config.isObject()) {
      return null;
    }
    Wanted wanted = Json.read(config, Wanted.class, "python_environment");
    List<String> packages =
        wanted.packages() == null ? List.of() : wanted.packages().stream().sorted().toList();
    String named = wanted.requirements();
    if (named == null || named.isBlank()) {
      return new PythonPackages("", null, packages, null);
    }
    try {
      var payloads = PayloadFiles.of(execution.payloads(), "python_environment.requirements");
      Path file = payloads.find(named);
      String content = Files.readString(file);
      return new PythonPackages(
          content,
          payloads.root().relativize(file),
          packages,
          LOCAL.matcher(content).find() ? payloads.root() : null);
    } catch (IOException e) {
      throw new NotStarted("python_environment.requirements cannot be read: " + named, e);
    }
  }

  /** Equal for what one environment can serve. */
  String key(String pythonVersion) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String bundle = payloads == null ? "" : payloads.getFileName().toString();
      for (String part :
          List.of(pythonVersion, requirements, String.join("\n", packages), bundle)) {
        digest.update((part.length() + "\0" + part).getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, KEY_CHARACTERS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Copies the files that pip reads into the environment's folder: never does it work inside a
   * bundle, where building a package would leave traces.
   *
   * @return what {@code pip install} is called with; empty when there is nothing to install
   */
  List<String> lay(Path folder) throws IOException, NotStarted {
    var arguments = new ArrayList<String>();
    if (payloads != null) {
      WorkspaceUploads.copyAll(payloads, folder.resolve("payloads"));
      arguments.addAll(List.of("-r", folder.resolve("payloads").resolve(file).toString()));
    } else if (!requirements.isBlank()) {
      Path copy = Files.writeString(folder.resolve("requirements.txt"), requirements);
      arguments.addAll(List.of("-r", copy.toString()));
    }
    if (!packages.isEmpty()) {
      arguments.add("--");
      arguments.addAll(packages);
    }
    return arguments;
  }

  /**
   * Where pip runs: beside the requirements file, so that relative paths in it mean what they say.
   */
  Path workFolder(Path folder) {
    return payloads == null ? folder : folder.resolve("payloads").resolve(file).getParent();
  }
}
