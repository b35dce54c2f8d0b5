package io.mirrorneuron.storage;

import io.mirrorneuron.untrusted.CFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Marks the subfolders of a folder as unrelated, as {@code chattr +T} does. ext4 then puts each
 * into the part of the disk with the fewest folders, with its content beside it; otherwise all
 * share one part, and each new file skips the inode numbers of files removed there in the last
 * minutes.
 */
public final class ScatteredFolders {
  private static final int O_RDONLY_CLOEXEC = 0x80000;
  private static final long FS_IOC_GETFLAGS = 0x80086601L;
  private static final long FS_IOC_SETFLAGS = 0x40086602L;
  private static final int FS_TOPDIR_FL = 0x20000;

  private static final Optional<CFunction> OPEN = CFunction.find("open");
  private static final Optional<CFunction> CONTROL = CFunction.find("ioctl");
  private static final Optional<CFunction> CLOSE = CFunction.find("close");

  private ScatteredFolders() {}

  /**
   * Marks an existing folder; affects folders created later.
   *
   * @return whether the file system supports it; other file systems ignore it
   */
  public static boolean in(Path folder) {
    if (CONTROL.isEmpty()) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(folder.toString(), StandardCharsets.UTF_8);
      int descriptor = OPEN.get().call(name.address(), O_RDONLY_CLOEXEC);
      if (descriptor < 0) {
        return false;
      }
      MemorySegment flags = arena.allocate(ValueLayout.JAVA_LONG);
      boolean isHeeded = mark(descriptor, flags);
      CLOSE.get().call(descriptor);
      return isHeeded;
    }
  }

  private static boolean mark(int folder, MemorySegment flags) {
    if (CONTROL.get().call(folder, FS_IOC_GETFLAGS, flags.address()) != 0) {
      return false;
    }
    int before = flags.get(ValueLayout.JAVA_INT, 0);
    if ((before & FS_TOPDIR_FL) != 0) {
      return true;
    }
    flags.set(ValueLayout.JAVA_INT, 0, before | FS_TOPDIR_FL);
    return CONTROL.get().call(folder, FS_IOC_SETFLAGS, flags.address()) == 0;
  }
}
