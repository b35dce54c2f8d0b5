package io.mirrorneuron.runtime.exec.workspace;

import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * The payload folder of a bundle as manifests may name things in it: links are followed, but
 * nothing outside is ever reached.
 *
 * @param root real path, or null when the bundle has no files
 * @param what how a name of this kind is called in errors, for example {@code upload source}
 */
public record PayloadFiles(Path root, String what) {

  public static PayloadFiles of(Path payloads, String what) throws IOException {
    return new PayloadFiles(payloads == null ? null : payloads.toRealPath(), what);
  }

  /** The real path of what {@code text} names. */
  public Path find(String text) throws IOException, NotStarted {
    if (root == null) {
      throw missing(text);
    }
    Path lexical;
    try {
      lexical = root.resolve(text).normalize();
    } catch (InvalidPathException e) {
      throw escapes(text);
    }
    if (text.startsWith("/") || !lexical.startsWith(root)) {
      throw escapes(text);
    }
    if (!Files.exists(lexical, LinkOption.NOFOLLOW_LINKS)) {
      throw missing(text);
    }
    return real(lexical, text);
  }

  /** The path without links, which must still be inside. */
  Path real(Path path, String text) throws IOException, NotStarted {
    if (!Files.exists(path)) {
      throw new NotStarted(what + " holds a link to nowhere: " + text);
    }
    Path real = path.toRealPath();
    if (!real.startsWith(root)) {
      throw escapes(text);
    }
    return real;
  }

  private NotStarted missing(String text) {
    return new NotStarted(what + " does not exist locally: " + text);
  }

  private NotStarted escapes(String text) {
    return new NotStarted(what + " must stay inside blueprint payloads: " + text);
  }
}
