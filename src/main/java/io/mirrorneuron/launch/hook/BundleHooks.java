package io.mirrorneuron.launch.hook;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The hooks that a bundle has.
 *
 * @param folder of the bundle
 * @param isRead whether this process itself found the folder; else the bundle was uploaded
 * @param hasBefore whether there is {@link #BEFORE}
 * @param hasAfter whether there is {@link #AFTER}
 */
public record BundleHooks(Path folder, boolean isRead, boolean hasBefore, boolean hasAfter) {
  private static final String SCRIPTS = "scripts";
  public static final String BEFORE = "scripts/pre-launch.sh";
  public static final String AFTER = "scripts/post-launch.sh";

  /** Of a bundle without any. */
  public static final BundleHooks NONE = new BundleHooks(null, false, false, false);

  public static BundleHooks of(Path folder, boolean isRead) {
    return new BundleHooks(folder, isRead, has(folder, BEFORE), has(folder, AFTER));
  }

  private static boolean has(Path folder, String script) {
    return Files.exists(folder.resolve(script), LinkOption.NOFOLLOW_LINKS);
  }

  /** What is wrong with the place of one, a sentence without an end; empty when nothing is. */
  public Optional<String> fault() {
    if (isNone()) {
      return Optional.empty();
    }
    if (Files.isSymbolicLink(folder.resolve(SCRIPTS))) {
      return Optional.of(SCRIPTS + " is a link");
    }
    return Stream.of(BEFORE, AFTER)
        .map(folder::resolve)
        .filter(file -> Files.exists(file, LinkOption.NOFOLLOW_LINKS))
        .filter(file -> !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
        .map(
            file ->
                folder.relativize(file)
                    + (Files.isSymbolicLink(file) ? " is a link" : " is no regular file"))
        .findFirst();
  }

  /**
   * @throws MnException PRECONDITION when one is behind a link
   */
  void requirePlain() {
    fault()
        .ifPresent(
            fault -> {
              throw new MnException(ErrorCode.PRECONDITION, "preparation_not_run", fault);
            });
  }

  public boolean isNone() {
    return !hasBefore && !hasAfter;
  }

  /** For people. */
  public String names() {
    return hasBefore && hasAfter ? BEFORE + " and " + AFTER : hasBefore ? BEFORE : AFTER;
  }
}
