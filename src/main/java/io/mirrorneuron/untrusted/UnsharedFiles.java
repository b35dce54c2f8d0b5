package io.mirrorneuron.untrusted;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Small files that a program had, written for the next one: a file system takes far longer to make
 * and remove a file than to write it. To the next program they are as good as new ones, as only
 * those are written that have one name, the rights of new ones, and that no other process has open.
 * Where the kernel cannot tell ({@code fcntl} of Linux does), there are none.
 */
public final class UnsharedFiles {
  private static final int RIGHTS = 07777;

  /** What a new file may have: nobody may run it, its owner may read and write it. */
  private static final int NEW = 0666;

  private static final int OWNER = 0600;
  private static final int NEW_FOLDER = 0777;
  private static final int OWNER_OF_FOLDER = 0700;

  private UnsharedFiles() {}

  /** Whether its owner may do all in it, and nothing is special about it. */
  public static boolean hasRightsOfNew(OpenFolder folder) {
    int rights = folder.handle.status().mode() & RIGHTS;
    return (rights & ~NEW_FOLDER) == 0 && (rights & OWNER_OF_FOLDER) == OWNER_OF_FOLDER;
  }

  private static boolean isAsNew(Handle file) throws IOException {
    int rights = file.status().mode() & RIGHTS;
    return file.isByIdentity()
        && file.status().isFile()
        && file.status().links() == 1
        && file.hasItsName()
        && (rights & ~NEW) == 0
        && (rights & OWNER) == OWNER;
  }

  /**
   * Gives files of a folder, which only the caller reaches by its name, other bytes.
   *
   * @return whether all have them; else what they have is not known
   */
  public static boolean rewrite(OpenFolder folder, Map<String, byte[]> contents)
      throws IOException {
    for (Map.Entry<String, byte[]> file : contents.entrySet()) {
      if (!isRewritten(folder, file.getKey(), file.getValue())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isRewritten(OpenFolder folder, String name, byte[] content)
      throws IOException {
    try (Handle file = folder.handle.child(name)) {
      int descriptor = isAsNew(file) ? LeaseCalls.unshared(file.path()) : -1;
      if (descriptor < 0) {
        return false;
      }
      try {
        return NameCalls.write(descriptor, content) == 0
            && (file.status().size() <= content.length
                || LeaseCalls.cut(descriptor, content.length));
      } finally {
        PathCalls.close(descriptor);
      }
    }
  }

  /**
   * Calls of Linux by which a file is opened that nobody else has open: the kernel gives a lease
   * for writing on no other one ({@code F_SETLEASE}), whether it is open to be read, written or
   * mapped.
   */
  private static final class LeaseCalls {
    private static final int O_RDWR_CLOEXEC = 2 | 0x80000;
    private static final int F_SETSIG = 10;
    private static final int F_SETLEASE = 1024;
    private static final int F_WRLCK = 1;

    /**
     * Who opens the file meanwhile waits, and this is sent: the only use of it is to be ignored.
     */
    private static final int SIGWINCH = 28;

    private static final Optional<CFunction> OPEN = CFunction.find("open");
    private static final Optional<CFunction> CONTROL = CFunction.find("fcntl");
    private static final Optional<CFunction> CUT = CFunction.find("ftruncate");

    private LeaseCalls() {}

    /**
     * Opens a file to be written from its beginning.
     *
     * @return its descriptor; a negative number when it cannot be opened, or another one has it
     *     open
     */
    static int unshared(Path file) {
      if (OPEN.isEmpty()) {
        return NameCalls.NO_CALL;
      }
      int descriptor = open(file);
      if (descriptor >= 0
          && (control(descriptor, F_SETSIG, SIGWINCH) != 0
              || control(descriptor, F_SETLEASE, F_WRLCK) != 0)) {
        PathCalls.close(descriptor);
        return -1;
      }
      return descriptor;
    }

    private static int open(Path file) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment path = arena.allocateFrom(file.toString(), StandardCharsets.UTF_8);
        return OPEN.get().call(path.address(), O_RDWR_CLOEXEC);
      }
    }

    private static int control(int descriptor, int command, int value) {
      return CONTROL.get().call(descriptor, command, value);
    }

    /** Lets a file end after so many bytes; answers whether it does. */
    static boolean cut(int descriptor, long size) {
      return CUT.get().call(descriptor, size) == 0;
    }
  }
}
