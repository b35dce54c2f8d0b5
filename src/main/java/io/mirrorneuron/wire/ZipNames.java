package io.mirrorneuron.wire;

import java.util.List;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;

/** Checks entries of foreign zip archives. */
public final class ZipNames {
  private static final int FILE_TYPE_MASK = 0170000;
  private static final int REGULAR = 0100000;
  private static final int LINK = 0120000;
  private static final int DIRECTORY = 0040000;
  private static final int UNKNOWN = 0;

  private ZipNames() {}

  /** Whether the Finder of macOS has added the entry for itself. */
  public static boolean isOfFinder(String name) {
    return name.startsWith("__MACOSX/") || name.equals(".DS_Store") || name.endsWith("/.DS_Store");
  }

  /** Whether the entry is a file or folder that stays inside the folder for unpacking. */
  public static boolean isSafe(ZipArchiveEntry entry) {
    return fault(entry) == null;
  }

  /** Why it is not {@link #isSafe}, to follow its name; null when it is. */
  public static String fault(ZipArchiveEntry entry) {
    int type = entry.getUnixMode() & FILE_TYPE_MASK;
    String name = entry.getName();
    if (type == LINK) {
      return "is a link";
    }
    if (type != REGULAR && type != DIRECTORY && type != UNKNOWN) {
      return "is neither a file nor a folder";
    }
    if (name.indexOf('\0') >= 0) {
      return "has a zero byte in its name";
    }
    if (name.contains("\\")) {
      return "has a backslash in its name";
    }
    if (name.startsWith("/") || name.matches("[A-Za-z]:.*")) {
      return "is an absolute path";
    }
    return List.of(name.split("/")).contains("..") ? "leads out of its folder with '..'" : null;
  }
}
