package io.mirrorneuron.wire;

import java.util.List;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;

/** What entries of zip archives from elsewhere may be. */
public final class ZipNames {
  private static final int FILE_TYPE_MASK = 0170000;
  private static final int REGULAR = 0100000;
  private static final int DIRECTORY = 0040000;
  private static final int UNKNOWN = 0;

  private ZipNames() {}

  /** Whether the Finder of macOS has added it to what it was to pack, for itself. */
  public static boolean isOfFinder(String name) {
    return name.startsWith("__MACOSX/") || name.equals(".DS_Store") || name.endsWith("/.DS_Store");
  }

  /** Whether it is a file or a folder that stays inside whatever folder it is unpacked to. */
  public static boolean isSafe(ZipArchiveEntry entry) {
    int type = entry.getUnixMode() & FILE_TYPE_MASK;
    String name = entry.getName();
    return (type == REGULAR || type == DIRECTORY || type == UNKNOWN)
        && name.indexOf('\0') < 0
        && !name.contains("\\")
        && !name.startsWith("/")
        && !name.matches("[A-Za-z]:.*")
        && !List.of(name.split("/")).contains("..");
  }
}
