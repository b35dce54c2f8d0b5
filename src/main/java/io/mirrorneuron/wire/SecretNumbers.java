package io.mirrorneuron.wire;

import static io.mirrorneuron.wire.Redaction.REDACTED;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Secret numbers. They match as whole numbers only, not within longer ones, so that times and ids
 * stay. A JSON value is replaced as a whole JSON value. Immutable.
 */
final class SecretNumbers {
  /** In digits. */
  private static final int SHORTEST = 8;

  /** Digits behind the point, or zeros before it. */
  private static final int LONGEST = 100;

  private static final Pattern WRITTEN = Pattern.compile("-?\\d+(\\.\\d+)?");

  private final List<String> written;
  private final List<BigDecimal> values;

  /**
   * @param written each {@link #isWritten}, the longer ones first
   */
  SecretNumbers(List<String> written) {
    this.written = written;
    this.values = written.stream().map(BigDecimal::new).toList();
  }

  static boolean isWritten(String text) {
    return WRITTEN.matcher(text).matches();
  }

  /** A number as programs print it, when it has eight digits or more. */
  static Optional<String> written(JsonNode number) {
    if (number.isFloatingPointNumber() && !finite(number)) {
      return Optional.empty();
    }
    BigDecimal value = number.decimalValue().stripTrailingZeros();
    if (Math.abs(value.scale()) > LONGEST) {
      return Optional.empty();
    }
    String written = value.toPlainString();
    long digits = written.chars().filter(Character::isDigit).count();
    return digits < SHORTEST ? Optional.empty() : Optional.of(written);
  }

  boolean isEmpty() {
    return written.isEmpty();
  }

  /** Whether a JSON number is secret, in any notation. */
  boolean has(JsonNode number) {
    if (values.isEmpty() || number.isFloatingPointNumber() && !finite(number)) {
      return false;
    }
    BigDecimal value = number.decimalValue();
    return values.stream().anyMatch(one -> one.compareTo(value) == 0);
  }

  private static boolean finite(JsonNode number) {
    return number.isBigDecimal() || Double.isFinite(number.doubleValue());
  }

  /**
   * The text without secret numbers.
   *
   * @param before state before the text; not changed
   * @param ended whether nothing comes after it; else a number at its end stays
   */
  String hide(String text, Place before, boolean ended) {
    Place place = new Place(before);
    StringBuilder shown = null;
    int copied = 0;
    for (int i = 0; i < text.length(); i++) {
      String found = place.isWithinNumber() ? null : startingAt(i, text, ended);
      if (found != null) {
        boolean isValue = place.isBeforeValue() && endsValue(text, i + found.length());
        shown = shown == null ? new StringBuilder() : shown;
        shown.append(text, copied, i).append(isValue ? "\"" + REDACTED + "\"" : REDACTED);
        copied = isValue ? endOfNumber(text, i + found.length()) : i + found.length();
        i = copied - 1;
        place.pass('0');
      } else {
        place.pass(text.charAt(i));
      }
    }
    return shown == null ? text : shown.append(text, copied, text.length()).toString();
  }

  private String startingAt(int at, String text, boolean ended) {
    char first = text.charAt(at);
    if (!isDigit(first) && first != '-') {
      return null;
    }
    for (String one : written) {
      int end = at + one.length();
      boolean isWhole = end < text.length() ? !isDigit(text.charAt(end)) : ended;
      if (isWhole && text.startsWith(one, at)) {
        return one;
      }
    }
    return null;
  }

  private static int endOfNumber(String text, int from) {
    int end = from;
    while (end < text.length()
        && (isDigit(text.charAt(end)) || ".eE+-".indexOf(text.charAt(end)) >= 0)) {
      end++;
    }
    return end;
  }

  private static boolean endsValue(String text, int from) {
    int end = endOfNumber(text, from);
    while (end < text.length() && Character.isWhitespace(text.charAt(end))) {
      end++;
    }
    return end == text.length() || ",]}".indexOf(text.charAt(end)) >= 0;
  }

  private static boolean isDigit(char letter) {
    return letter >= '0' && letter <= '9';
  }

  /** Position of a reader in terms of JSON. JSON texts have no line ends. */
  static final class Place {
    private boolean isInText;
    private boolean isEscaped;
    private char last;
    private char beforeLast;
    private char lastWord;
    private char beforeLastWord;

    /** At the beginning. */
    Place() {}

    Place(Place other) {
      isInText = other.isInText;
      isEscaped = other.isEscaped;
      last = other.last;
      beforeLast = other.beforeLast;
      lastWord = other.lastWord;
      beforeLastWord = other.beforeLastWord;
    }

    void pass(char letter) {
      isInText = letter == '"' && !isEscaped ? !isInText : isInText && letter != '\n';
      isEscaped = letter == '\\' && !isEscaped;
      beforeLast = last;
      last = letter;
      if (!Character.isWhitespace(letter)) {
        beforeLastWord = lastWord;
        lastWord = letter;
      }
    }

    private boolean isWithinNumber() {
      return isDigit(last) || last == '.' && isDigit(beforeLast);
    }

    private boolean isBeforeValue() {
      return !isInText
          && (lastWord == ':' && beforeLastWord == '"' || lastWord == '[' || lastWord == ',');
    }
  }
}
