package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Files and folders with what may be done with them, ready for the kernel. Each is held open.
 * Thread-safe.
 */
public final class AccessRules implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  /** The kernel's structure is packed: eight bytes of rights, four of descriptor. */
  private static final long BYTES = 16;

  private static final long DESCRIPTOR = 8;

  private final MemorySegment packed;
  private final int size;
  private final List<PathHandle> handles;

  private AccessRules(MemorySegment packed, List<PathHandle> handles) {
    this.packed = packed;
    this.size = handles.size();
    this.handles = handles;
  }

  /**
   * Those that are closed when they are forgotten.
   *
   * @param access by real path; what is not there, or is a link, is left out
   */
  public static AccessRules kept(Map<Path, FolderAccess> access) {
    AccessRules rules = of(Arena.ofAuto(), access);
    List<PathHandle> handles = rules.handles;
    CLEANER.register(rules, () -> handles.forEach(PathHandle::close));
    return rules;
  }

  /**
   * Those that are closed by who made them.
   *
   * @param arena for as long as they are needed
   */
  static AccessRules of(Arena arena, Map<Path, FolderAccess> access) {
    var handles = new ArrayList<PathHandle>();
    MemorySegment packed = arena.allocate(Math.max(1, access.size()) * BYTES, 8);
    try (Arena names = Arena.ofConfined()) {
      for (Map.Entry<Path, FolderAccess> each : access.entrySet()) {
        add(PathHandle.open(names, each.getKey()), each.getValue(), packed, handles);
      }
    }
    return new AccessRules(packed, handles);
  }

  /**
   * @param handle null where there is nothing to give
   */
  private static void add(
      PathHandle handle, FolderAccess access, MemorySegment packed, List<PathHandle> handles) {
    if (handle == null) {
      return;
    }
    long rights = access.rights(handle.isFolder) & Landlock.handled();
    if (rights == 0) {
      handle.close();
      return;
    }
    packed.set(JAVA_LONG, handles.size() * BYTES, rights);
    packed.set(JAVA_INT, handles.size() * BYTES + DESCRIPTOR, handle.fd);
    handles.add(handle);
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
    handles.forEach(PathHandle::close);
  }
}
