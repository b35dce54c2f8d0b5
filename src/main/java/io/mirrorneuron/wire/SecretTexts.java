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
 * Secret texts that are replaced wherever they are repeated: as they are, within JSON, and line by
 * line, as a log has one at a time. Those of less than eight characters are not, as they also occur
 * by chance; those that are numbers only as whole numbers. Immutable.
 */
public final class SecretTexts {
  private static final int SHORTEST = 8;

  /** Longest first: one that holds another goes before it, or half of it would stay. */
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

  /** What is looked for, longest first. */
  public List<String> forms() {
    return forms;
  }

  /** The text without them. */
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

  /** Whether a number of JSON is one of them. */
  boolean has(JsonNode number) {
    return numbers.has(number);
  }

  /** For the bytes of a text in UTF-8 that come piece by piece. */
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

    /** A character for each byte. */
    private String window = "";

    private Pieces(SecretTexts secrets) {
      this.secrets = secrets;
      this.longest = secrets.forms.isEmpty() ? 0 : secrets.forms.getFirst().length();
    }

    /**
     * What may be the beginning of a secret stays until the next piece.
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
