package io.mirrorneuron.run.folder;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** What lies in the folder of a run and is not hidden. No link is followed. */
final class FoundFiles extends SimpleFileVisitor<Path> {
  private final Path folder;
  private final Predicate<Path> wanted;
  private final List<Found> files = new ArrayList<>();

  private FoundFiles(Path folder, Predicate<Path> wanted) {
    this.folder = folder;
    this.wanted = wanted;
  }

  /**
   * @param as what it was when it was found
   */
  record Found(Path file, BasicFileAttributes as) {}

  /** Those of the files, links and the like that are wanted, by their paths. */
  static List<Found> below(Path folder, Predicate<Path> wanted) throws IOException {
    FoundFiles found = new FoundFiles(folder, wanted);
    Files.walkFileTree(folder, found);
    found.files.sort(Comparator.comparing(one -> one.file().toString()));
    return found.files;
  }

  @Override
  public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
    return AllowedRoots.isHidden(folder.relativize(path))
        ? FileVisitResult.SKIP_SUBTREE
        : FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
    if (wanted.test(path)) {
      files.add(new Found(path, attributes));
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path path, IOException e) {
    return FileVisitResult.CONTINUE; // it went meanwhile, or is not to be read
  }

  @Override
  public FileVisitResult postVisitDirectory(Path path, IOException e) {
    return FileVisitResult.CONTINUE;
  }
}
