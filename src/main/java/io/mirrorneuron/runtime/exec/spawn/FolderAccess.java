package io.mirrorneuron.runtime.exec.spawn;

/** What may be done with a file, or with a folder and everything below it. */
public enum FolderAccess {
  /** List a folder and the folders below it; nothing in them can be opened. */
  LIST(Right.READ_DIR),
  /** Read, list and execute. */
  READ(Right.READ),
  /** The same, and change everything, save that no devices are made. */
  WRITE(Right.READ | Right.WRITE),
  /** Read, write and steer devices. */
  DEVICE(Right.READ_FILE | Right.READ_DIR | Right.WRITE_FILE | Right.TRUNCATE | Right.IOCTL_DEV);

  /** Bits of the kernel's {@code landlock.h}. */
  private static final class Right {
    static final long EXECUTE = 1;
    static final long WRITE_FILE = 1 << 1;
    static final long READ_FILE = 1 << 2;
    static final long READ_DIR = 1 << 3;
    static final long REMOVE_DIR = 1 << 4;
    static final long REMOVE_FILE = 1 << 5;
    static final long MAKE_CHAR = 1 << 6;
    static final long MAKE_DIR = 1 << 7;
    static final long MAKE_REG = 1 << 8;
    static final long MAKE_SOCK = 1 << 9;
    static final long MAKE_FIFO = 1 << 10;
    static final long MAKE_BLOCK = 1 << 11;
    static final long MAKE_SYM = 1 << 12;
    static final long REFER = 1 << 13;
    static final long TRUNCATE = 1 << 14;
    static final long IOCTL_DEV = 1 << 15;

    static final long READ = EXECUTE | READ_FILE | READ_DIR;
    static final long WRITE =
        WRITE_FILE
            | REMOVE_DIR
            | REMOVE_FILE
            | MAKE_DIR
            | MAKE_REG
            | MAKE_SOCK
            | MAKE_FIFO
            | MAKE_SYM
            | REFER
            | TRUNCATE;

    /** Those that have a meaning for what is no folder. */
    static final long OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;
  }

  private final long rights;

  FolderAccess(long rights) {
    this.rights = rights;
  }

  /** Whether it allows all that the other does. */
  public boolean includes(FolderAccess other) {
    return (rights & other.rights) == other.rights;
  }

  /** The bits for the kernel. */
  long rights(boolean isFolder) {
    return isFolder ? rights : rights & Right.OF_FILES;
  }

  /**
   * All rights that a kernel refuses unless they are given.
   *
   * @param version of its interface, from 2
   */
  static long handled(int version) {
    long all = (Right.MAKE_SYM << 1) - 1 | Right.REFER;
    return all | (version >= 3 ? Right.TRUNCATE : 0) | (version >= 5 ? Right.IOCTL_DEV : 0);
  }
}
