package io.mirrorneuron.human;

import io.mirrorneuron.model.UnsafeNameCharacters;
import io.mirrorneuron.wire.Fault;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Folds names: two names are equal regardless of encoding, spaces, case and invisible characters.
 * Look-alike letters of other alphabets differ. Pure.
 */
public final class PersonName {
  /**
   * What shows nothing by itself: control and format characters, halves of characters, and those
   * that Unicode calls default ignorable.
   */
  private static final Pattern UNSEEN =
      Pattern.compile(
          "[[\\p{Cc}&&[^\\t\\n\\x0B\\f\\r\\x85]]\\p{Cf}\\p{Cs}\\u034F\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F"
              + "\\u2065\\u3164\\uFE00-\\uFE0F\\uFFA0\\uFFF0-\\uFFF8\\x{E0000}-\\x{E0FFF}]");

  /** Spaces of all widths, breaks, and the empty pattern of Braille. */
  private static final Pattern BLANK = Pattern.compile("[\\s\\p{Z}\\x85\\u2800]+");

  /** Folding anew may find something to fold; after few rounds it does not. */
  private static final int ROUNDS = 4;

  private PersonName() {}

  /** The same text for all writings of one name; empty when people would see nothing. */
  public static String folded(String name) {
    String folded = once(name);
    for (int round = 0; round < ROUNDS; round++) {
      folded = once(folded);
    }
    return folded;
  }

  private static String once(String name) {
    String seen = UNSEEN.matcher(Normalizer.normalize(name, Form.NFKC)).replaceAll("");
    // To capitals first: some letters have two small forms, some capitals are two letters.
    String plain = seen.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    return BLANK.matcher(Normalizer.normalize(plain, Form.NFKC)).replaceAll(" ").strip();
  }

  /**
   * Why nobody can be called so; empty when somebody can.
   *
   * @param place in the request, of the name
   */
  static Optional<Fault> fault(String name, List<Object> place) {
    if (UnsafeNameCharacters.areIn(name)) {
      return Optional.of(
          new Fault(
              "value_error", place, "must be a name without control characters", visible(name)));
    }
    return folded(name).isEmpty()
        ? Optional.of(
            new Fault("value_error", place, "must be a name that people can see", visible(name)))
        : Optional.empty();
  }

  /** With the numbers of characters that would not be seen. */
  private static String visible(String name) {
    return name.codePoints()
        .mapToObj(
            c ->
                UNSEEN.matcher(Character.toString(c)).matches()
                        || UnsafeNameCharacters.areIn(Character.toString(c))
                    ? "\\u%04x".formatted(c)
                    : Character.toString(c))
        .reduce("", String::concat);
  }
}
