package io.mirrorneuron.store.bucket;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * An ended job in one value, stored in place of its row. Format: the form number, the lengths of
 * the row and of the whole as numbers of seven bits a byte, then compressed in one piece: the row,
 * the number of texts, their lengths and the texts: owner, number of the last event, events,
 * manifest, and each state field and its value. The row comes first, so that a reader of rows can
 * stop behind it.
 *
 * @param row as JSON
 * @param owner of the last commit
 * @param lastSeq number of the last event
 * @param events JSON texts, one a line, numbered up to {@code lastSeq}
 * @param fields of the state
 */
public record PackedJob(
    String row,
    String owner,
    long lastSeq,
    String events,
    String manifest,
    Map<String, String> fields) {

  /** First byte of a packed job. A row that is not packed begins with a brace. */
  private static final byte FORM = 1;

  /** Largest packed job; a longer value is not ours. */
  private static final int MOST_BYTES = 1 << 20;

  private static final Dictionary DICTIONARY = Dictionary.resource("dictionary-1.txt");

  /** Whether the value of a row's key is a packed job. */
  public static boolean is(byte[] value) {
    return value.length > 0 && value[0] == FORM;
  }

  /**
   * The row in the value of a row's key, packed or not.
   *
   * @throws IllegalArgumentException when the value is damaged
   */
  public static byte[] rowOf(byte[] value) {
    if (!is(value)) {
      return value;
    }
    return whole(value, true);
  }

  /** The packed bytes; null when the job is too large. */
  public byte[] pack() {
    byte[] first = row.getBytes(StandardCharsets.UTF_8);
    List<byte[]> texts = new ArrayList<>(4 + 2 * fields.size());
    texts.add(owner.getBytes(StandardCharsets.UTF_8));
    texts.add(Long.toString(lastSeq).getBytes(StandardCharsets.UTF_8));
    texts.add(events.getBytes(StandardCharsets.UTF_8));
    texts.add(manifest.getBytes(StandardCharsets.UTF_8));
    fields.forEach(
        (field, value) -> {
          texts.add(field.getBytes(StandardCharsets.UTF_8));
          texts.add(value.getBytes(StandardCharsets.UTF_8));
        });
    int room = first.length + Numbers.MOST_BYTES;
    for (byte[] text : texts) {
      room += text.length + Numbers.MOST_BYTES;
    }
    if (room > MOST_BYTES) {
      return null;
    }
    ByteBuffer plain = ByteBuffer.allocate(room).put(first);
    Numbers.put(plain, texts.size());
    texts.forEach(text -> Numbers.put(plain, text.length));
    texts.forEach(plain::put);
    ByteBuffer head = ByteBuffer.allocate(1 + 2 * Numbers.MOST_BYTES).put(FORM);
    Numbers.put(head, first.length);
    Numbers.put(head, plain.position());
    return DICTIONARY.deflate(head, plain);
  }

  /**
   * @throws IllegalArgumentException when the bytes are damaged
   */
  public static PackedJob unpack(byte[] packed) {
    try {
      ByteBuffer plain = ByteBuffer.wrap(whole(packed, false));
      ByteBuffer head = ByteBuffer.wrap(packed, 1, packed.length - 1);
      String row = text(plain, Numbers.take(head));
      int[] lengths = new int[checked(Numbers.take(plain), 4)];
      for (int i = 0; i < lengths.length; i++) {
        lengths[i] = Numbers.take(plain);
      }
      String owner = text(plain, lengths[0]);
      long lastSeq = Long.parseLong(text(plain, lengths[1]));
      String events = text(plain, lengths[2]);
      String manifest = text(plain, lengths[3]);
      Map<String, String> fields = LinkedHashMap.newLinkedHashMap(lengths.length / 2);
      for (int i = 4; i + 1 < lengths.length; i += 2) {
        String field = text(plain, lengths[i]);
        fields.put(field, text(plain, lengths[i + 1]));
      }
      return new PackedJob(row, owner, lastSeq, events, manifest, fields);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a packed job is cut off", e);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a packed job has no number of its last event", e);
    }
  }

  private static byte[] whole(byte[] packed, boolean onlyRow) {
    try {
      ByteBuffer head = ByteBuffer.wrap(packed, 1, packed.length - 1);
      int row = Numbers.take(head);
      int all = Numbers.take(head);
      return DICTIONARY.inflate(head, checked(onlyRow ? row : all, 0));
    } catch (DataFormatException | BufferUnderflowException e) {
      throw new IllegalArgumentException("a packed job cannot be read: " + e.getMessage(), e);
    }
  }

  private static int checked(int number, int least) {
    if (number < least || number > MOST_BYTES) {
      throw new IllegalArgumentException("a packed job has an impossible length: " + number);
    }
    return number;
  }

  private static String text(ByteBuffer from, int length) {
    if (length < 0 || length > from.remaining()) {
      throw new BufferUnderflowException();
    }
    String text =
        new String(
            from.array(), from.arrayOffset() + from.position(), length, StandardCharsets.UTF_8);
    from.position(from.position() + length);
    return text;
  }

  /** Non-negative numbers in as few bytes as they need: seven bits each, lowest first. */
  private static final class Numbers {
    /** Longest number. */
    static final int MOST_BYTES = 5;

    private Numbers() {}

    static void put(ByteBuffer to, int number) {
      int left = number;
      while (left > 0x7f) {
        to.put((byte) (left & 0x7f | 0x80));
        left >>>= 7;
      }
      to.put((byte) left);
    }

    static int take(ByteBuffer from) {
      int number = 0;
      for (int shift = 0; shift < 7 * MOST_BYTES; shift += 7) {
        byte next = from.get();
        number |= (next & 0x7f) << shift;
        if (next >= 0) {
          return number;
        }
      }
      throw new IllegalArgumentException("a number has more than " + MOST_BYTES + " bytes");
    }
  }

  /**
   * Compresses with a shared dictionary, so that common parts of jobs cost next to nothing. A
   * dictionary in use never changes, as reading needs the same text; a better one gets another file
   * and form number. Thread-safe.
   */
  private static final class Dictionary {
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

    /**
     * The head unchanged, followed by the bytes before the position of {@code plain}, compressed.
     */
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
     * The first {@code length} uncompressed bytes.
     *
     * @throws DataFormatException when there are fewer, or the bytes are not from {@link #deflate}
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
}
