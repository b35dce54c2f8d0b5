package io.mirrorneuron.run.report;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The files of a run that go into an export: no links, nothing hidden, and not the line logs with
 * their segments, indexes and text mirrors, whose records the export takes from the journal; nor
 * what hooks told the launch.
 */
public final class ExportedFiles {
  private static final Pattern LOGS =
      Pattern.compile(
          "(events|logs|human|resources|resource_samples|errors|timeline)(\\.\\d{3,})?\\.jsonl(\\.gz)?"
              + "|(events|logs|errors)\\.index\\.json|(events|errors)\\.log|logs/archive/.*"
              + "|pre_launch\\.ready|pre_launch_process\\.json|post_launch_hook\\.json");

  private ExportedFiles() {}

  /**
   * By their paths relative to the folder, in the order of the paths.
   *
   * @param root the folder
   * @param leftOut is told the names of links, pipes and the like
   */
  public static TreeMap<String, Path> of(Path root, Consumer<String> leftOut) throws IOException {
    TreeMap<String, Path> files = new TreeMap<>();
    FileVisitor<Path> visitor =
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            return isHidden(path) && !path.equals(root)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
            String name = root.relativize(path).toString();
            if (isHidden(path)) {
              return FileVisitResult.CONTINUE;
            }
            if (!attributes.isRegularFile()) {
              leftOut.accept(name);
            } else if (!LOGS.matcher(name).matches()) {
              files.put(name, path);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException e) {
            return FileVisitResult.CONTINUE; // it was deleted meanwhile, or cannot be read
          }
        };
    Files.walkFileTree(root, visitor);
    return files;
  }

  private static boolean isHidden(Path path) {
    return path.getFileName().toString().startsWith(".");
  }
}
