package io.mirrorneuron.storage;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** Port: free space of folders. Blocking; a hanging network disk blocks the caller. */
public interface FreeSpace {

  /**
   * @param free bytes that this process may still write, as far as the file system says
   * @param total bytes of the whole file system; 0 when it does not tell
   */
  record Room(long free, long total) {}

  Room of(Path folder) throws IOException;

  /**
   * Writes a small file and removes it: exhausted quotas and inodes do not show in the free bytes.
   *
   * @throws IOException when that is refused
   */
  void tryWriting(Path folder) throws IOException;

  /** As the operating system tells it. */
  FreeSpace OF_DISKS =
      new FreeSpace() {
        private static final int TRIAL_BYTES = 256 << 10;

        @Override
        public Room of(Path folder) throws IOException {
          FileStore disk = Files.getFileStore(nearest(folder));
          return new Room(disk.getUsableSpace(), disk.getTotalSpace());
        }

        @Override
        public void tryWriting(Path folder) throws IOException {
          Path trial = Files.createTempFile(nearest(folder), ".mn-room-", ".tmp");
          try {
            Files.write(trial, new byte[TRIAL_BYTES]);
          } finally {
            Files.deleteIfExists(trial);
          }
        }

        /** A folder that is made when first needed lies on the disk of the one above it. */
        private static Path nearest(Path folder) {
          Path there = folder;
          while (there.getParent() != null && !Files.exists(there)) {
            there = there.getParent();
          }
          return there;
        }
      };
}
