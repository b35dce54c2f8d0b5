package io.mirrorneuron.config;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers of ports that follow each other.
 *
 * @param first 1 to 65535
 * @param last of them, itself included
 */
public record PortRange(int first, int last) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,5})\\s*-\\s*(\\d{1,5})");

  /** Of {@code 20000-24999}; empty when it is not like that. */
  public static Optional<PortRange> parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      return Optional.empty();
    }
    PortRange range =
        new PortRange(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
    return range.first >= 1 && range.first <= range.last && range.last <= 65_535
        ? Optional.of(range)
        : Optional.empty();
  }
}
