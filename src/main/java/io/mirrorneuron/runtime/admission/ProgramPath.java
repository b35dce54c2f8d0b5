package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.exec.spawn.SearchPath;
import io.mirrorneuron.runtime.manifest.graph.ProgramPlace;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The names that programs can use on this node: other programs, and variables of the server.
 *
 * @param folders separated by colons, as in {@code PATH}
 */
public record ProgramPath(String folders, PassedVariables variables) {
  private static final int LONGEST_COMPARED = 64;

  /** Limit of warnings: a hostile manifest has thousands of programs. */
  private static final int MOST_TOLD = 100;

  public static ProgramPath of(Map<String, String> environment) {
    return new ProgramPath(
        environment.getOrDefault("PATH", SearchPath.DEFAULT), PassedVariables.of(environment));
  }

  /** Warnings about missing programs and variables; other nodes may have them. */
  List<Issue> missing(List<ProgramPlace> programs) {
    Stream<Issue> unknown =
        programs.stream().limit(MOST_TOLD).flatMap(program -> look(program).stream());
    Stream<Issue> unset =
        programs.stream().limit(MOST_TOLD).flatMap(variables::missing).limit(MOST_TOLD);
    return Stream.concat(unknown, unset).toList();
  }

  private Optional<Issue> look(ProgramPlace program) {
    List<ManifestValue> words = program.words();
    if (words.isEmpty() || program.hasOwnPath()) {
      return Optional.empty();
    }
    String name = words.getFirst().text();
    if (name.isBlank() || name.contains("/") || name.contains("{") || has(name)) {
      return Optional.empty();
    }
    String near = near(name).map(one -> "; did you mean " + one + "?").orElse("");
    return Optional.of(
        Issue.warning(
            "manifest.program_missing",
            "%s: %s is not on the PATH of this node%s"
                .formatted(program.command().label(), ManifestValue.shown(name), near),
            "Install the program on the nodes that run the job, or correct its name.",
            words.getFirst().location()));
  }

  private Stream<Path> all() {
    return Stream.of(folders.split(":")).filter(folder -> folder.startsWith("/")).map(Path::of);
  }

  private boolean has(String name) {
    try {
      return all().map(folder -> folder.resolve(name)).anyMatch(ProgramPath::isProgram);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static boolean isProgram(Path file) {
    return Files.isExecutable(file) && !Files.isDirectory(file);
  }

  private Optional<String> near(String name) {
    if (name.length() > LONGEST_COMPARED) {
      return Optional.empty();
    }
    List<String> names = new ArrayList<>();
    for (Path folder : all().toList()) {
      try (Stream<Path> files = Files.list(folder)) {
        files
            .filter(ProgramPath::isProgram)
            .map(file -> file.getFileName().toString())
            .sorted()
            .forEach(names::add);
      } catch (IOException e) {
        continue; // a missing folder has no programs
      }
    }
    return NearestMatch.of(name, names);
  }
}
