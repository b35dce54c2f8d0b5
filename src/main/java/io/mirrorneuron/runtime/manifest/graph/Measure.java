package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount with several possible names: a number, in the unit of its name, or a text with a unit
 * of its own. Exact; fractions of the smallest unit are rounded up.
 */
final class Measure {
  /** The sum over fifty thousand agents still fits into 64 bits. */
  static final long MOST = 1L << 40;

  private static final Pattern TEXT = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?)\\s*([a-zA-Z]*)");
  private static final BigDecimal THOUSAND = new BigDecimal(1000);
  private static final BigDecimal STEP = new BigDecimal(1024);

  /** Smaller numbers of thousandths were probably meant as cores. */
  private static final int FEW_THOUSANDTHS = 10;

  enum Kind {
    CORES("thousandths of a core", "a non-negative number, or one with its unit such as 500m"),
    MEGABYTES("MB", "a non-negative number, or one with its unit such as 512Mi"),
    DEVICES("devices", "a non-negative number");

    private final String counted;
    private final String words;

    Kind(String counted, String words) {
      this.counted = counted;
      this.words = words;
    }

    /** The size of the unit, or null when it is no unit of this kind. */
    private BigDecimal unit(String word) {
      return switch (this) {
        case CORES ->
            switch (word) {
              case "m" -> BigDecimal.ONE;
              case "core", "cores" -> THOUSAND;
              default -> null;
            };
        case MEGABYTES -> size(word);
        case DEVICES -> null;
      };
    }

    /** Powers of 1024, whichever way the unit is written. */
    private static BigDecimal size(String word) {
      String plain = word.endsWith("b") ? word.substring(0, word.length() - 1) : word;
      if (plain.endsWith("i")) {
        plain = plain.substring(0, plain.length() - 1);
      }
      int power = plain.isEmpty() ? 0 : "kmgtp".indexOf(plain) + 1;
      boolean isUnit = power > 0 && plain.length() == 1 || word.equals("b");
      return isUnit ? STEP.pow(power).divide(STEP.pow(2)) : null;
    }
  }

  private final Kind kind;
  private final String words;
  private final Map<String, BigDecimal> units;

  private Measure(Kind kind, String words, Map<String, BigDecimal> units) {
    this.kind = kind;
    this.words = words;
    this.units = units;
  }

  static Measure of(Kind kind) {
    return new Measure(kind, kind.words, Map.of());
  }

  /** The same with another end of the sentence "X must be …". */
  Measure saying(String otherWords) {
    return new Measure(kind, otherWords, units);
  }

  /** The same with more names, and the unit of a plain number under them. */
  Measure with(long unit, String... names) {
    Map<String, BigDecimal> more = new LinkedHashMap<>(units);
    for (String name : names) {
      more.put(name, BigDecimal.valueOf(unit));
    }
    return new Measure(kind, words, more);
  }

  /** The possible names. */
  Set<String> names() {
    return Collections.unmodifiableSet(units.keySet());
  }

  /** The amount under any of the names; different amounts under two of them are an error. */
  long read(ManifestValue holder) {
    ManifestValue first = null;
    long most = 0;
    for (String name : units.keySet()) {
      ManifestValue place = holder.at(name);
      OptionalLong amount = read(place, name);
      if (amount.isEmpty()) {
        continue;
      }
      long found = amount.getAsLong();
      if (first != null && found != most) {
        place.refuse(
            ManifestProblem.CONFLICT,
            "%s (%d %s) contradicts %s (%d %s): keep one of them"
                .formatted(place.label(), found, kind.counted, first.label(), most, kind.counted));
      }
      first = first == null || found > most ? place : first;
      most = Math.max(most, found);
    }
    return most;
  }

  /**
   * The amount at this place; empty when there is none, or it is unreadable.
   *
   * @param name whose unit a plain number has
   */
  OptionalLong read(ManifestValue place, String name) {
    if (place.isAbsent()) {
      return OptionalLong.empty();
    }
    BigDecimal exact = exact(place.value(), units.get(name));
    if (exact == null) {
      place.mustBe(words);
      return OptionalLong.empty();
    }
    BigDecimal whole = exact.setScale(0, RoundingMode.CEILING);
    if (kind == Kind.DEVICES && whole.compareTo(exact) != 0) {
      place.shouldBe("a whole number", ", as devices are not shared: " + place.shown());
    }
    if (whole.compareTo(BigDecimal.valueOf(MOST)) > 0) {
      place.refuse(
          ManifestProblem.AMOUNT,
          "%s must be at most 2^40 %s: %s".formatted(place.label(), kind.counted, place.shown()));
      return OptionalLong.of(MOST);
    }
    warnOfFew(place, name, whole.longValue());
    return OptionalLong.of(whole.longValue());
  }

  private void warnOfFew(ManifestValue place, String name, long amount) {
    String text = place.asText().strip();
    boolean isPlain = Character.isDigit(text.charAt(text.length() - 1));
    boolean isThousandths = kind == Kind.CORES && units.get(name).equals(BigDecimal.ONE);
    if (isThousandths && isPlain && amount > 0 && amount < FEW_THOUSANDTHS) {
      place.warn(
          "%s counts thousandths of a core: for %s cores write cpu_cores: %s"
              .formatted(place.label(), place.shown(), place.shown()));
    }
  }

  private BigDecimal exact(JsonNode value, BigDecimal unit) {
    if (Shape.AMOUNT.fits(value)) {
      return value.decimalValue().multiply(unit);
    }
    Matcher text = TEXT.matcher(value.isTextual() ? value.textValue().strip() : "");
    if (!text.matches()) {
      return null;
    }
    String word = text.group(2).toLowerCase(Locale.ROOT);
    BigDecimal own = word.isEmpty() ? unit : kind.unit(word);
    return own == null ? null : new BigDecimal(text.group(1)).multiply(own);
  }
}
