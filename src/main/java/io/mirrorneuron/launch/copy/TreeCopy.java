package io.mirrorneuron.launch.copy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.LongConsumer;

/**
 * Copies folders, within limits that count for all that one of these copies. Links are not
 * followed; what is neither a file nor a folder nor a link is left out. For one thread.
 */
public final class TreeCopy {
  private static final long TELL_EACH = 16L << 20;

  private final String what;
  private final long mostBytes;
  private final int mostFiles;
  private final boolean keepsLinks;
  private final LongConsumer progress;
  private long bytes;
  private long told;
  private int files;

  /**
   * @param what is copied, for people
   * @param keepsLinks whether links are copied as such; else they are left out
   * @param progress told the bytes of all so far, now and then
   */
  public TreeCopy(
      String what, long mostBytes, int mostFiles, boolean keepsLinks, LongConsumer progress) {
    this.what = what;
    this.mostBytes = mostBytes;
    this.mostFiles = mostFiles;
    this.keepsLinks = keepsLinks;
    this.progress = progress;
  }

  /** For a bundle in which programs are to run. */
  public static TreeCopy ofBundle() {
    return new TreeCopy("the bundle", 1L << 30, 100_000, true, _ -> {});
  }

  /**
   * @param from a folder
   * @param to made; must not be there
   * @throws MnException TOO_LARGE when it is more than may be copied
   */
  public void make(Path from, Path to) throws IOException {
    Path root = from.toRealPath();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            if (keepsLinks && folder.equals(root.resolve(".git"))) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            count(0);
            Files.createDirectory(to.resolve(root.relativize(folder).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            boolean isCopied =
                attributes.isRegularFile() || attributes.isSymbolicLink() && keepsLinks;
            if (isCopied) {
              count(attributes.isRegularFile() ? attributes.size() : 0);
              Files.copy(
                  file,
                  to.resolve(root.relativize(file).toString()),
                  StandardCopyOption.COPY_ATTRIBUTES,
                  LinkOption.NOFOLLOW_LINKS);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private void count(long more) {
    bytes += more;
    files++;
    if (bytes > mostBytes || files > mostFiles) {
      throw new MnException(
          ErrorCode.TOO_LARGE,
          "copy_too_large",
          "%s has more than %d MiB or %d files, which is the most that a launch copies"
              .formatted(what, mostBytes >> 20, mostFiles));
    }
    if (bytes - told >= TELL_EACH) {
      told = bytes;
      progress.accept(bytes);
    }
  }

  public long bytes() {
    return bytes;
  }

  public int files() {
    return files;
  }
}
