package io.mirrorneuron.blueprint;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectIdOwnerMap;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/** How much a remote may send, which may be anybody's, and what that may become on our disk. */
final class RemoteBounds {
  /** Bytes of a list of refs, and of all that is read into memory. */
  static final int MOST_REFS = 8 << 20;

  /** Bytes of a pack, which is written to the disk as it comes. */
  static final long MOST_PACK = 1L << 30;

  /** Of one file, unpacked. */
  static final long MOST_FILE = 64L << 20;

  private static final int MOST_OBJECTS = 1_000_000;

  /** Files and folders of a checkout; one may stand in many places. */
  private static final int MOST_ENTRIES = 200_000;

  private static final long MOST_CHECKED_OUT = 4L << 30;
  private static final int DEEPEST = 100;

  private static final int PACK_HEAD = 12;
  private static final int COUNT_AT = 8;

  private RemoteBounds() {}

  /**
   * A stream that fails when it is longer.
   *
   * @param what of the remote is read
   */
  static InputStream limited(InputStream in, long most, String what) {
    return new FilterInputStream(in) {
      private long left = most;

      @Override
      public int read() throws IOException {
        int read = super.read();
        return read < 0 ? read : (int) counted(read, 1);
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        return (int) counted(read, read);
      }

      @Override
      public long skip(long wanted) throws IOException {
        long skipped = super.skip(wanted);
        return counted(skipped, skipped);
      }

      private long counted(long answer, long bytes) throws IOException {
        left -= Math.max(0, bytes);
        if (left < 0) {
          throw new IOException(
              "%s of the repository has more than %d bytes".formatted(what, most));
        }
        return answer;
      }

      @Override
      public boolean markSupported() {
        return false;
      }
    };
  }

  /** A pack, whose length and number of objects are in bounds: a reader has room for as many. */
  static InputStream pack(InputStream in) throws IOException {
    PushbackInputStream pack =
        new PushbackInputStream(limited(in, MOST_PACK, "the pack"), PACK_HEAD);
    byte[] head = pack.readNBytes(PACK_HEAD);
    pack.unread(head);
    if (head.length == PACK_HEAD
        && Integer.compareUnsigned(ByteBuffer.wrap(head).getInt(COUNT_AT), MOST_OBJECTS) > 0) {
      throw new IOException("the repository sends more than %d objects".formatted(MOST_OBJECTS));
    }
    return pack;
  }

  /**
   * Goes through a commit before it is checked out.
   *
   * @throws IOException when it has more files, bytes or levels than a catalog may
   */
  static void requireSmall(Repository repository, ObjectId commit) throws IOException {
    try (RevWalk commits = new RevWalk(repository);
        TreeWalk files = new TreeWalk(repository)) {
      files.addTree(commits.parseTree(commit));
      ObjectIdOwnerMap<Measured> sizes = new ObjectIdOwnerMap<>();
      long bytes = 0;
      for (int entries = 1; files.next(); entries++) {
        if (files.isSubtree()) {
          files.enterSubtree();
        } else if (files.getFileMode(0) != FileMode.GITLINK) {
          bytes += size(files, sizes);
        }
        if (entries > MOST_ENTRIES || bytes > MOST_CHECKED_OUT || files.getDepth() > DEEPEST) {
          throw new IOException(
              "the repository has more than %d files and folders, %d bytes or %d levels"
                  .formatted(MOST_ENTRIES, MOST_CHECKED_OUT, DEEPEST));
        }
      }
    }
  }

  private static long size(TreeWalk at, ObjectIdOwnerMap<Measured> known) throws IOException {
    ObjectId id = at.getObjectId(0);
    Measured file = known.get(id);
    if (file == null) {
      file = new Measured(id, at.getObjectReader().getObjectSize(id, Constants.OBJ_BLOB));
      known.add(file);
    }
    return file.bytes;
  }

  private static final class Measured extends ObjectIdOwnerMap.Entry {
    private static final long serialVersionUID = 1L;

    private final long bytes;

    private Measured(ObjectId id, long bytes) {
      super(id);
      this.bytes = bytes;
    }
  }
}
