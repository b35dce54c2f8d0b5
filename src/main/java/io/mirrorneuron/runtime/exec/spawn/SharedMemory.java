package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mirrorneuron.untrusted.CFunction;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Memory that processes have without having mapped it: files in memory that they hold open, and
 * segments of System V. Both are known by a name, under which {@link #proportionalBytes} leaves out
 * what of them is mapped. Nothing is found where the kernel or the C library does not tell.
 * Thread-safe.
 */
public final class SharedMemory {
  private static final Path ROOT = Path.of("/proc");

  /** Of {@code /proc/sysvipc/shm}. */
  private static final int ID_COLUMN = 1;

  private static final int CREATOR_COLUMN = 4;
  private static final int RESIDENT_COLUMN = 14;

  private static final int HERE = -100;

  /** Of {@code struct statx}, which is the same on all processors. */
  private static final int STATX_BYTES = 256;

  private static final int STATX_BLOCKS = 0x400;
  private static final int STATX_INODE = 0x100;
  private static final int INODE = 32;
  private static final int BLOCKS = 48;
  private static final int MAJOR = 136;
  private static final int MINOR = 140;
  private static final int BLOCK_BYTES = 512;

  /** The calls of the C library; not initialised where it has none of them. */
  private static final class Calls {
    static final CFunction STATX = CFunction.of("statx");
  }

  /** Folders whose files are in memory, each with a slash at its end. */
  private final List<String> folders = folders();

  /**
   * A segment of System V.
   *
   * @param creator process id of who made it
   * @param bytes of it that were ever written to
   */
  public record Segment(int id, int creator, long bytes) {
    /** Under which its memory is known. */
    public String name() {
      return "SYSV " + id;
    }
  }

  private static List<String> folders() {
    try (Stream<String> mounts = Files.lines(ROOT.resolve("self/mounts"))) {
      return mounts
          .map(line -> line.split(" ", 4))
          .filter(fields -> fields.length == 4 && fields[2].equals("tmpfs"))
          .map(fields -> fields[1] + "/")
          .distinct()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** All segments of this machine, or container. */
  public List<Segment> segments() {
    if (isWithoutSegments()) {
      return List.of(); // as nearly always, and told by one call
    }
    try {
      return Files.readString(ROOT.resolve("sysvipc/shm"), StandardCharsets.ISO_8859_1)
          .lines()
          .skip(1) // names of the columns
          .map(line -> line.strip().split(" +"))
          .filter(columns -> columns.length > RESIDENT_COLUMN)
          .map(
              columns ->
                  new Segment(
                      Integer.parseInt(columns[ID_COLUMN]),
                      Integer.parseInt(columns[CREATOR_COLUMN]),
                      Long.parseLong(columns[RESIDENT_COLUMN])))
          .toList();
    } catch (IOException | NumberFormatException e) {
      return List.of();
    }
  }

  private static boolean isWithoutSegments() {
    try {
      return ProcessCalls.segments() == 0;
    } catch (LinkageError e) {
      return false; // no such call
    }
  }

  /** Removes a segment once nobody has it mapped. Does nothing where that is not allowed. */
  public void remove(Segment segment) {
    try {
      ProcessCalls.removeSegment(segment.id());
    } catch (LinkageError e) {
      // no such call
    }
  }

  /** All memory of this machine that files in memory and segments have; cheap to know. */
  public long bytesOfMachine() {
    try {
      return Files.readString(ROOT.resolve("meminfo"), StandardCharsets.ISO_8859_1)
          .lines()
          .filter(line -> line.startsWith("Shmem:"))
          .mapToLong(SharedMemory::bytes)
          .findFirst()
          .orElse(Long.MAX_VALUE >> 1);
    } catch (IOException e) {
      return Long.MAX_VALUE >> 1; // not told: as much as can be
    }
  }

  /** Of a line {@code NAME: 123 kB}. */
  private static long bytes(String line) {
    String number = line.substring(line.indexOf(':') + 1, line.length() - 2).strip();
    return Long.parseLong(number) * 1024;
  }

  /**
   * The files in memory that a process holds open: those of {@code memfd_create}, those that have
   * been deleted, and those that it may write to.
   *
   * @param most descriptors to look at
   * @param found is given how many bytes each has, by name
   * @return how many descriptors were looked at
   */
  public int addFiles(int pid, int most, Map<String, Long> found) {
    int seen = 0;
    Path folder = ROOT.resolve(Integer.toString(pid)).resolve("fd");
    try (Arena arena = Arena.ofConfined();
        DirectoryStream<Path> descriptors = Files.newDirectoryStream(folder)) {
      for (Path descriptor : descriptors) {
        if (seen == most) {
          break;
        }
        seen++;
        if (isInMemory(descriptor)) {
          measure(descriptor, arena, found);
        }
      }
    } catch (IOException | LinkageError e) {
      // The process is gone, or not ours; or there is no such call.
    }
    return seen;
  }

  private boolean isInMemory(Path descriptor) throws IOException {
    String file;
    try {
      file = Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return false; // closed meanwhile
    }
    if (file.startsWith("/memfd:")) {
      return true;
    }
    return folders.stream().anyMatch(file::startsWith)
        && (file.endsWith(" (deleted)") || isForWriting(descriptor));
  }

  /** The link has the permissions that the file was opened with. */
  private static boolean isForWriting(Path descriptor) {
    try {
      int mode = (int) Files.getAttribute(descriptor, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      return (mode & 0200) != 0;
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  private static void measure(Path file, Arena arena, Map<String, Long> found) {
    MemorySegment reported = arena.allocate(STATX_BYTES, Long.BYTES);
    MemorySegment path = arena.allocateFrom(file.toString());
    int mask = STATX_INODE | STATX_BLOCKS;
    if (Calls.STATX.call(HERE, path.address(), 0, mask, reported.address()) == 0) {
      String device =
          "%02x:%02x".formatted(reported.get(JAVA_INT, MAJOR), reported.get(JAVA_INT, MINOR));
      found.put(
          device + " " + reported.get(JAVA_LONG, INODE),
          reported.get(JAVA_LONG, BLOCKS) * BLOCK_BYTES);
    }
  }

  /**
   * The memory that the process has mapped; of pages that several processes share only its part.
   *
   * @param without names of what is left out
   * @return 0 when it is gone
   */
  public long proportionalBytes(int pid, Set<String> without) {
    Path file = ROOT.resolve(Integer.toString(pid)).resolve("smaps");
    long sum = 0;
    boolean counts = true;
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!Character.isUpperCase(line.charAt(0))) {
          counts = !without.contains(name(line));
        } else if (counts && line.startsWith("Pss:")) {
          sum += bytes(line);
        }
      }
    } catch (IOException e) {
      return sum; // gone
    }
    return sum;
  }

  /** What a line {@code FROM-TO RIGHTS OFFSET DEVICE INODE FILE} maps. */
  private static String name(String line) {
    String[] fields = line.split(" +", 6);
    boolean isSegment = fields.length == 6 && fields[5].startsWith("/SYSV");
    return isSegment ? "SYSV " + fields[4] : fields[3] + " " + fields[4];
  }
}
