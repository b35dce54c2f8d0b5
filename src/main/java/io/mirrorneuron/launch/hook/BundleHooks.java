package io.mirrorneuron.launch.hook;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * The hooks that a bundle has.
 *
 * @param folder of the bundle
 * @param isRead whether this process itself found the folder; else the bundle was uploaded
 * @param hasBefore whether there is {@link #BEFORE}
 * @param hasAfter whether there is {@link #AFTER}
 */
public record BundleHooks(Path folder, boolean isRead, boolean hasBefore, boolean hasAfter) {
  public static final String BEFORE = "scripts/pre-launch.sh";
  public static final String AFTER = "scripts/post-launch.sh";

  /** Of a bundle without any. */
  public static final BundleHooks NONE = new BundleHooks(null, false, false, false);

  public static BundleHooks of(Path folder, boolean isRead) {
    return new BundleHooks(folder, isRead, has(folder, BEFORE), has(folder, AFTER));
  }

  private static boolean has(Path folder, String script) {
    return Files.isRegularFile(folder.resolve(script), LinkOption.NOFOLLOW_LINKS);
  }

  public boolean isNone() {
    return !hasBefore && !hasAfter;
  }

  /** For people. */
  public String names() {
    return hasBefore && hasAfter ? BEFORE + " and " + AFTER : hasBefore ? BEFORE : AFTER;
  }
}
