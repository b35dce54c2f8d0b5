package io.mirrorneuron.store.bucket;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Compresses with a text that both sides know: what jobs have in common costs next to nothing then.
 * What was compressed can be read only with the very same text, so one that is in use never
 * changes; a better one is another file with another form. Thread-safe.
 */
final class Dictionary {
  /** Takes 30 to 40 µs for a job, a third less than the default level, for a tenth more bytes. */
  private static final int LEVEL = 3;

  private final byte[] text;
  private final Queue<Deflater> deflaters = new ConcurrentLinkedQueue<>();
  private final Queue<Inflater> inflaters = new ConcurrentLinkedQueue<>();

  private Dictionary(byte[] text) {
    this.text = text;
  }

  static Dictionary resource(String name) {
    try (InputStream in = Dictionary.class.getResourceAsStream(name)) {
      return new Dictionary(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The head as it is, and behind it what is before the position of {@code plain}, compressed. */
  byte[] deflate(ByteBuffer head, ByteBuffer plain) {
    Deflater used = deflaters.poll();
    Deflater deflater = used == null ? new Deflater(LEVEL, true) : used;
    deflater.setDictionary(text);
    deflater.setInput(plain.array(), 0, plain.position());
    deflater.finish();
    int from = head.position();
    byte[] room = new byte[from + plain.position() + plain.position() / 1000 + 64];
    head.flip().get(room, 0, from);
    int length = from;
    while (!deflater.finished()) {
      length += deflater.deflate(room, length, room.length - length);
    }
    deflater.reset();
    deflaters.offer(deflater);
    return Arrays.copyOf(room, length);
  }

  /**
   * The first {@code length} bytes of what was compressed.
   *
   * @throws DataFormatException when there are fewer, or they were not made by {@link #deflate}
   */
  byte[] inflate(ByteBuffer packed, int length) throws DataFormatException {
    Inflater used = inflaters.poll();
    Inflater inflater = used == null ? new Inflater(true) : used;
    try {
      inflater.setDictionary(text);
      inflater.setInput(
          packed.array(), packed.arrayOffset() + packed.position(), packed.remaining());
      byte[] plain = new byte[length];
      int done = 0;
      while (done < length) {
        int more = inflater.inflate(plain, done, length - done);
        if (more == 0) {
          throw new DataFormatException("it ends after " + done + " of " + length + " bytes");
        }
        done += more;
      }
      return plain;
    } finally {
      inflater.reset();
      inflaters.offer(inflater);
    }
  }
}
