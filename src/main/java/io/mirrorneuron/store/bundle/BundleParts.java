package io.mirrorneuron.store.bundle;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.Enumeration;
import java.util.Optional;

/** A bundle's bytes in the store, part by part: neither side ever holds more than one of them. */
final class BundleParts {
  /** Small enough for a slow network to carry it while the store is waited for. */
  static final int PART = 1 << 20;

  private final BundleIndex index;
  private final String name;

  BundleParts(BundleIndex index, String name) {
    this.index = index;
    this.name = name;
  }

  /** Thrown out of {@link #write} when the store has dropped what was written so far. */
  static final class DroppedException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  void write(BundleFiles files) throws IOException {
    Writer writer = new Writer();
    files.writeTo(writer);
    writer.close();
  }

  private final class Writer extends OutputStream {
    private final ByteArrayOutputStream part = new ByteArrayOutputStream(PART);
    private int number;

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      int done = 0;
      while (done < length) {
        int some = Math.min(length - done, PART - part.size());
        part.write(bytes, from + done, some);
        done += some;
        if (part.size() == PART) {
          send();
        }
      }
    }

    private void send() throws IOException {
      if (!index.write(name, number++, part.toByteArray())) {
        throw new DroppedException();
      }
      part.reset();
    }

    @Override
    public void close() throws IOException {
      if (part.size() > 0) {
        send();
      }
    }
  }

  /** All bytes; what is missing of them makes the stream end too early. */
  InputStream read() {
    return new SequenceInputStream(
        new Enumeration<>() {
          private int number;
          private Optional<byte[]> next = Optional.ofNullable(index.read(name, 0));

          @Override
          public boolean hasMoreElements() {
            return next.isPresent();
          }

          @Override
          public InputStream nextElement() {
            byte[] part = next.orElseThrow();
            next = Optional.ofNullable(index.read(name, ++number));
            return new ByteArrayInputStream(part);
          }
        });
  }
}
