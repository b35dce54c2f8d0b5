package io.mirrorneuron.runtime.exec.protocol;

import io.mirrorneuron.runtime.exec.process.CappedBytes;
import io.mirrorneuron.wire.SecretTexts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Makes the copy of a stream that is kept: secrets replaced, length bounded. Thread-safe. */
public final class StoredText {
  private static final Pattern SECRET_NAME =
      Pattern.compile("TOKEN|SECRET|KEY|COOKIE|PASSWORD", Pattern.CASE_INSENSITIVE);

  /** What a name with {@code TOKEN} may say instead of a secret: how many there are. */
  private static final Pattern COUNT = Pattern.compile("\\d+(\\.\\d+)?");

  private final Map<String, String> environment;
  private final List<String> marked;
  private final int maxBytes;

  /** Looked for once something is printed; null before. */
  private volatile SecretTexts secrets;

  /**
   * @param environment of the program; values of names that sound secret are replaced
   */
  public StoredText(Map<String, String> environment, int maxBytes) {
    this(environment, List.of(), maxBytes);
  }

  /**
   * @param marked further texts that are replaced
   */
  public StoredText(Map<String, String> environment, List<String> marked, int maxBytes) {
    this.environment = environment;
    this.marked = marked;
    this.maxBytes = maxBytes;
  }

  public String of(CappedBytes bytes) {
    String text = hidden(bytes.text());
    text = bytes.overflowed() ? withoutHalfSecret(text) : text;
    if (!bytes.overflowed() && text.length() <= maxBytes / 3) {
      return text; // Three bytes for each character would still fit.
    }
    byte[] all = text.getBytes(StandardCharsets.UTF_8);
    if (!bytes.overflowed() && all.length <= maxBytes) {
      return text;
    }
    int end = Math.min(maxBytes, all.length);
    while (end > 0 && end < all.length && (all[end] & 0xC0) == 0x80) {
      end--; // Not within a character.
    }
    return new String(all, 0, end, StandardCharsets.UTF_8)
        + "\n[output truncated: %d of %d bytes kept]".formatted(end, bytes.total());
  }

  /** Bytes of the copy at most. */
  int maxBytes() {
    return maxBytes;
  }

  /**
   * The text as it goes on to other steps and into results: only what the author of a blueprint
   * calls secret is replaced. A value that merely has a name that sounds so may be plain data.
   */
  String goingOn(String text) {
    return marked.isEmpty() ? text : new SecretTexts(marked).hide(text);
  }

  /** The same for bytes, which are UTF-8. */
  InputStream goingOn(InputStream text) {
    return marked.isEmpty() ? text : new HidingStream(text, new SecretTexts(marked));
  }

  /** The text with secrets replaced. */
  public String hidden(String text) {
    if (text.isEmpty()) {
      return text; // Most programs are silent on stderr; looking for secrets is not free.
    }
    return secrets().hide(text);
  }

  /** A secret that the limit cut in two is not recognised any more: its beginning goes. */
  private String withoutHalfSecret(String text) {
    int end = text.length();
    for (String secret : secrets().forms()) {
      int half = Math.min(secret.length() - 1, text.length());
      while (half > 0 && !text.endsWith(secret.substring(0, half))) {
        half--;
      }
      end = Math.min(end, text.length() - half);
    }
    return text.substring(0, end);
  }

  private SecretTexts secrets() {
    if (secrets == null) {
      secrets = find();
    }
    return secrets;
  }

  private SecretTexts find() {
    Stream<String> named =
        environment.entrySet().stream()
            .filter(entry -> SECRET_NAME.matcher(entry.getKey()).find())
            // A name made of the step and the attempt, no secret.
            .filter(entry -> !entry.getKey().endsWith("_IDEMPOTENCY_KEY"))
            .filter(entry -> !isCount(entry.getKey(), entry.getValue()))
            .map(Map.Entry::getValue);
    return new SecretTexts(Stream.concat(named, marked.stream()).toList());
  }

  private static boolean isCount(String name, String value) {
    return name.toUpperCase(Locale.ROOT).contains("TOKEN") && COUNT.matcher(value).matches();
  }

  /** Bytes in which secrets are replaced while they are read, also those across two readings. */
  private static final class HidingStream extends PieceStream {
    private static final int CHUNK = 64 << 10;

    private final InputStream source;
    private final SecretTexts.Pieces pieces;
    private boolean ended;

    HidingStream(InputStream source, SecretTexts secrets) {
      this.source = source;
      this.pieces = secrets.pieces();
    }

    @Override
    byte[] next() throws IOException {
      if (ended) {
        return null;
      }
      byte[] read = source.readNBytes(CHUNK);
      ended = read.length == 0;
      return pieces.next(read);
    }
  }
}
