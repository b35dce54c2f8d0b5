package io.mirrorneuron.runtime.exec.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** The bytes between two places of a file. */
record FileSlice(FileChannel file, long from, long to) {
  private static final int CHUNK = 64 << 10;

  static FileSlice all(FileChannel file) throws IOException {
    return new FileSlice(file, 0, file.size());
  }

  long length() {
    return to - from;
  }

  /** Without the blanks around it. */
  FileSlice stripped() throws IOException {
    long begin = from;
    while (begin < to && isBlank(at(begin))) {
      begin++;
    }
    long end = to;
    while (end > begin && isBlank(at(end - 1))) {
      end--;
    }
    return new FileSlice(file, begin, end);
  }

  /** Where its last line begins. */
  long lastLine() throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    for (long end = to; end > from; end -= chunk.capacity()) {
      long begin = Math.max(from, end - CHUNK);
      file.read(chunk.clear().limit((int) (end - begin)), begin);
      for (int i = chunk.position() - 1; i >= 0; i--) {
        if (chunk.get(i) == '\n') {
          return begin + i + 1;
        }
      }
    }
    return from;
  }

  FileSlice until(long place) {
    return new FileSlice(file, from, place);
  }

  FileSlice since(long place) {
    return new FileSlice(file, place, to);
  }

  byte first() throws IOException {
    return at(from);
  }

  private byte at(long place) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    file.read(one, place);
    return one.get(0);
  }

  private static boolean isBlank(byte each) {
    return each >= 0 && each <= ' ';
  }

  /** Reads it, whatever the position of the file is. */
  InputStream open() {
    return new InputStream() {
      private long at = from;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        int wanted = (int) Math.min(length, to - at);
        if (wanted <= 0) {
          return length == 0 ? 0 : -1;
        }
        int count = file.read(ByteBuffer.wrap(into, offset, wanted), at);
        at += Math.max(0, count);
        return count;
      }
    };
  }
}
