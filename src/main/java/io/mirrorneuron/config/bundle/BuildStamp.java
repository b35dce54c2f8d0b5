package io.mirrorneuron.config.bundle;

import io.mirrorneuron.model.Build;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Notes in the jar what it is made of. Nothing of the machine and no time of now is in it: the same
 * sources give the same bytes.
 */
public final class BuildStamp {
  private BuildStamp() {}

  /** Arguments: the folder of the sources, their version, and the folder that it is written to. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path to = Files.createDirectories(Path.of(arguments[2]));
    Files.writeString(to.resolve(Build.FILE), text(Path.of(arguments[0]), arguments[1]));
  }

  static String text(Path sources, String version) throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>(List.of("version=" + version));
    if (Files.exists(sources.resolve(".git"))) {
      Optional<String> commit = git(sources, "log", "-1", "--no-show-signature", "--format=%H %cd");
      Optional<String> changes = git(sources, "status", "--porcelain");
      if (commit.isPresent() && changes.isPresent()) {
        String[] words = commit.get().split(" ");
        lines.add("commit=" + words[0] + (changes.get().isEmpty() ? "" : "+changes"));
        lines.add("date=" + words[1]);
      }
    }
    return String.join("\n", lines) + "\n";
  }

  /** What git says; empty when it is not there, or fails. */
  private static Optional<String> git(Path sources, String... words)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("git", "-c", "safe.directory=*", "-C", sources.toString()));
    command.addAll(List.of(words));
    if (words[0].equals("log")) {
      command.add("--date=format-local:%Y-%m-%dT%H:%M:%SZ");
    }
    ProcessBuilder asking = new ProcessBuilder(command).redirectErrorStream(false);
    asking.redirectError(ProcessBuilder.Redirect.DISCARD);
    Map<String, String> environment = asking.environment();
    environment.keySet().removeIf(name -> name.startsWith("GIT_"));
    environment.put("TZ", "UTC");
    Process process;
    try {
      process = asking.start();
    } catch (IOException e) {
      return Optional.empty(); // there is no git here
    }
    process.getOutputStream().close();
    String reported = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? Optional.of(reported.strip()) : Optional.empty();
  }
}
