package io.mirrorneuron.runtime.exec.protocol;

import io.mirrorneuron.runtime.exec.process.CappedBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * The part of a program's output that may be its answer, where all of it is too long to be kept: in
 * memory at first, then in a file that has no name. Not thread-safe.
 */
final class AnswerBuffer implements AutoCloseable {
  private final CappedBytes memory;
  private final long limit;
  private final Path place;
  private final boolean any;
  private FileChannel file;
  private IOException fault;

  /** Its first and its last byte that are no blanks; 0 while there is none. */
  private int first;

  private int last;

  /**
   * @param inMemory bytes that are kept in memory
   * @param limit bytes that are kept
   * @param place where a file can be made
   * @param any whether all is kept, not only what begins as an object
   */
  AnswerBuffer(int inMemory, long limit, Path place, boolean any) {
    this.any = any;
    this.memory = new CappedBytes(inMemory);
    this.limit = limit;
    this.place = place;
  }

  void clear() {
    memory.clear();
    first = 0;
    last = 0;
  }

  /** Takes all remaining bytes. */
  void append(ByteBuffer bytes) {
    look(bytes);
    if (first != '{' && !any) {
      bytes.position(bytes.limit());
      return;
    }
    boolean fits = !memory.overflowed();
    int kept = memory.size();
    ByteBuffer rest = bytes.duplicate();
    memory.append(bytes);
    if (memory.overflowed() && memory.total() <= limit) {
      rest.position(rest.position() + (fits ? memory.size() - kept : 0));
      spill(rest, fits);
    }
  }

  private void look(ByteBuffer bytes) {
    for (int i = bytes.position(); first == 0 && i < bytes.limit(); i++) {
      first = isBlank(bytes.get(i)) ? 0 : bytes.get(i);
    }
    for (int i = bytes.limit() - 1; i >= bytes.position(); i--) {
      if (!isBlank(bytes.get(i))) {
        last = bytes.get(i);
        return;
      }
    }
  }

  private static boolean isBlank(byte each) {
    return each >= 0 && each <= ' ';
  }

  /**
   * @param anew whether the file is of another line
   */
  private void spill(ByteBuffer bytes, boolean anew) {
    try {
      if (file == null) {
        file =
            FileChannel.open(
                place,
                Set.of(
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS));
        Files.delete(place); // whatever happens to this process, nothing is left
      }
      if (anew) {
        file.truncate(0);
        write(memory.view());
        fault = null;
      }
      if (fault == null) {
        write(bytes);
      }
    } catch (IOException e) {
      fault = e;
    }
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
  }

  /** Whether it may be an answer: it begins and ends as an object does. */
  boolean isFramed() {
    return first == '{' && last == '}';
  }

  boolean isInMemory() {
    return !memory.overflowed();
  }

  String text() {
    return memory.text();
  }

  /** Bytes of it, kept or not. */
  long total() {
    return memory.total();
  }

  long limit() {
    return limit;
  }

  /** Whether it has more bytes than may be kept. */
  boolean isTooLong() {
    return memory.total() > limit;
  }

  /**
   * The file that has all of it.
   *
   * @throws IOException when it could not be written
   */
  FileChannel file() throws IOException {
    if (fault != null) {
      throw fault;
    }
    return file;
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
