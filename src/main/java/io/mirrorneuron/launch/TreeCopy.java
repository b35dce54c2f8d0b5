package io.mirrorneuron.launch;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.untrusted.TreeWalk;
import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.LongConsumer;

/**
 * Copies folders, within limits that count for all that one of these copies. Links are not
 * followed; what is neither a file nor a folder nor a link is left out, and so is what has a name
 * that is no text. For one thread.
 */
public final class TreeCopy {
  private static final long TELL_EACH = 16L << 20;

  private final String what;
  private final long mostBytes;
  private final int mostFiles;
  private final boolean keepsLinks;
  private final LongConsumer progress;
  private long bytes;
  private long reported;
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
   * @param from a folder, an absolute path without links
   * @param to made; must not be there
   * @throws MnException TOO_LARGE when it is more than may be copied
   */
  public void make(Path from, Path to) throws IOException {
    TreeWalk.of(
        from,
        from,
        new TreeWalk.Visitor() {
          @Override
          public boolean folder(Path relative) throws IOException {
            if (keepsLinks && relative.equals(Path.of(".git"))) {
              return false;
            }
            count(0);
            Files.createDirectory(to.resolve(relative));
            return true;
          }

          @Override
          public void file(Path relative, Path place, long size) throws IOException {
            count(size);
            Files.copy(place, to.resolve(relative), StandardCopyOption.COPY_ATTRIBUTES);
          }

          @Override
          public void link(Path relative, Path target) throws IOException {
            if (keepsLinks) {
              count(0);
              Files.createSymbolicLink(to.resolve(relative), target);
            }
          }

          @Override
          public void other(Path relative, IOException fault) throws IOException {
            if (!(fault instanceof RefusedFile)) {
              throw fault;
            }
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
    if (bytes - reported >= TELL_EACH) {
      reported = bytes;
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
