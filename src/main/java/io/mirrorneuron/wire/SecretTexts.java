package io.mirrorneuron.wire;

import static io.mirrorneuron.wire.Redaction.REDACTED;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Secret texts that are hidden wherever repeated: literally, within JSON, and line by line as in
 * logs. Texts of less than eight characters are not hidden, as they occur by chance; numbers match
 * only as whole numbers. Immutable.
 */
public final class SecretTexts {
  private static final int SHORTEST = 8;

  /** Longest first: a form that contains another one must be replaced before it. */
  private final List<String> forms;

  private final List<String> words;
  private final SecretNumbers numbers;

  public SecretTexts(Collection<String> texts) {
    this(
        texts.stream()
            .flatMap(SecretTexts::forms)
            .filter(SecretTexts::isLong)
            .distinct()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList());
  }

  private SecretTexts(List<String> forms) {
    this.forms = forms;
    this.words = forms.stream().filter(form -> !SecretNumbers.isWritten(form)).toList();
    this.numbers = new SecretNumbers(forms.stream().filter(SecretNumbers::isWritten).toList());
  }

  static boolean isLong(String text) {
    return text.length() >= SHORTEST;
  }

  private static Stream<String> forms(String text) {
    return Stream.concat(Stream.of(text), text.lines().map(String::strip))
        .flatMap(
            form ->
                Stream.of(form, new String(JsonStringEncoder.getInstance().quoteAsString(form))));
  }

  /** The texts to look for, longest first. */
  public List<String> forms() {
    return forms;
  }

  /** The text without secrets. */
  public String hide(String text) {
    return hide(text, new SecretNumbers.Place(), true);
  }

  private String hide(String text, SecretNumbers.Place before, boolean ended) {
    String shown = text;
    for (String word : words) {
      shown = shown.replace(word, REDACTED);
    }
    return numbers.isEmpty() ? shown : numbers.hide(shown, before, ended);
  }

  /** Whether a JSON number is secret. */
  boolean has(JsonNode number) {
    return numbers.has(number);
  }

  /** Hides secrets in UTF-8 bytes that arrive in pieces. */
  public Pieces pieces() {
    return new Pieces(
        new SecretTexts(
            forms.stream()
                .map(
                    form ->
                        new String(
                            form.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList()));
  }

  /** Hides secrets also across two pieces. Used by one thread. */
  public static final class Pieces {
    private final SecretTexts secrets;
    private final int longest;
    private final SecretNumbers.Place place = new SecretNumbers.Place();

    /** One character per byte. */
    private String window = "";

    private Pieces(SecretTexts secrets) {
      this.secrets = secrets;
      this.longest = secrets.forms.isEmpty() ? 0 : secrets.forms.getFirst().length();
    }

    /**
     * Returns all bytes but a possible beginning of a secret, which waits for the next piece.
     *
     * @param piece empty at the end
     */
    public byte[] next(byte[] piece) {
      boolean ended = piece.length == 0;
      window += new String(piece, StandardCharsets.ISO_8859_1);
      window = secrets.hide(window, place, ended);
      int sure = ended ? window.length() : Math.max(0, window.length() - longest);
      String shown = window.substring(0, sure);
      window = window.substring(sure);
      if (!secrets.numbers.isEmpty()) {
        shown.chars().forEach(letter -> place.pass((char) letter));
      }
      return shown.getBytes(StandardCharsets.ISO_8859_1);
    }
  }
}
