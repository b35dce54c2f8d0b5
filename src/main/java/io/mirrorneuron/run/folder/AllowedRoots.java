package io.mirrorneuron.run.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Limits where paths in the documents of a run may lead. Programs write those documents, so they
 * are not trusted: a file is within reach when it really lies in the run's folder or in one of the
 * roots, and no part of its path below that is hidden.
 */
public final class AllowedRoots {
  private final List<Path> roots;
  private final List<Path> barred;
  private final Path userHome;

  /**
   * @param roots folders that all runs share; they need not exist
   * @param userHome what {@code ~} stands for
   */
  public AllowedRoots(List<Path> roots, Path userHome) {
    this(roots, List.of(), userHome);
  }

  private AllowedRoots(List<Path> roots, List<Path> barred, Path userHome) {
    this.roots = List.copyOf(roots);
    this.barred = List.copyOf(barred);
    this.userHome = userHome;
  }

  public AllowedRoots and(Path root) {
    return new AllowedRoots(
        Stream.concat(roots.stream(), Stream.of(root)).toList(), barred, userHome);
  }

  /** The same roots without a folder in one of them that not every run may read. */
  public AllowedRoots without(Path folder) {
    return new AllowedRoots(roots, List.of(folder), userHome);
  }

  /**
   * Resolves a path in a document of this run; empty when the text is no path.
   *
   * @param run the run's folder
   */
  public Optional<Path> resolve(Path run, String text) {
    try {
      String path = text.startsWith("~/") ? userHome + text.substring(1) : text;
      return Optional.of(run.resolve(path).normalize());
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /**
   * A place that was within reach when it was checked; the file need not exist.
   *
   * @param path the real path, without links
   * @param root the folder of the run or the root in which it lies, likewise
   */
  public record Place(Path path, Path root) {}

  /**
   * Follows the path to its real place; empty when that is out of reach.
   *
   * @param run the folder of the run
   */
  public Optional<Place> within(Path run, Path path) {
    Path real = real(path);
    boolean isBarred = barred.stream().map(AllowedRoots::real).anyMatch(real::startsWith);
    Stream<Path> shared = isBarred ? Stream.empty() : roots.stream().map(AllowedRoots::real);
    return Stream.concat(Stream.of(run), shared)
        .filter(root -> real.startsWith(root) && !real.equals(root))
        .filter(root -> !isHidden(root.relativize(real)))
        .findFirst()
        .map(root -> new Place(real, root));
  }

  static boolean isHidden(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private static Path real(Path path) {
    try {
      return Files.exists(path) ? path.toRealPath() : path;
    } catch (IOException e) {
      return path; // deleted meanwhile
    }
  }
}
