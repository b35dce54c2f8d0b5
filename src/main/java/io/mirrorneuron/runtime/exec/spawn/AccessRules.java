package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Files and folders with what may be done with them, ready for the kernel. Each is held open until
 * this is closed or forgotten. Thread-safe.
 */
public final class AccessRules implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  /** The kernel's structure is packed: eight bytes of rights, four of descriptor. */
  private static final long BYTES = 16;

  private static final long DESCRIPTOR = 8;

  private final MemorySegment packed;
  private final int size;
  private final Cleaner.Cleanable handles;

  private AccessRules(MemorySegment packed, List<PathHandle> handles) {
    this.packed = packed;
    this.size = handles.size();
    this.handles = CLEANER.register(this, () -> handles.forEach(PathHandle::close));
  }

  /**
   * @param access by real path; what is not there, or is a link, is left out
   */
  public static AccessRules of(Map<Path, FolderAccess> access) {
    var handles = new ArrayList<PathHandle>();
    MemorySegment packed = Arena.ofAuto().allocate(Math.max(1, access.size()) * BYTES, 8);
    access.forEach(
        (path, each) -> {
          try {
            PathHandle handle = PathHandle.open(path);
            long rights = each.rights(handle.isFolder) & Landlock.handled();
            if (rights == 0) {
              handle.close();
              return;
            }
            packed.set(JAVA_LONG, handles.size() * BYTES, rights);
            packed.set(JAVA_INT, handles.size() * BYTES + DESCRIPTOR, handle.fd);
            handles.add(handle);
          } catch (IOException e) {
            // There is nothing to give.
          }
        });
    return new AccessRules(packed, handles);
  }

  int size() {
    return size;
  }

  /** Where the kernel's structure of one rule is; valid while this is reachable. */
  long address(int rule) {
    return packed.address() + rule * BYTES;
  }

  @Override
  public void close() {
    handles.clean();
  }
}
