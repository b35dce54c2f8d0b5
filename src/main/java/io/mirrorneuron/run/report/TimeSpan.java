package io.mirrorneuron.run.report;

import io.mirrorneuron.model.MnException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as clients write them: {@code 90}, {@code 1.5h}, {@code 7d}. */
final class TimeSpan {
  private static final Pattern FORM =
      Pattern.compile("(\\d{1,12}(?:\\.\\d{0,9})?|\\.\\d{1,9})\\s*([^\\d\\s.][^\\s]*)?");
  private static final Map<String, Double> SECONDS =
      Map.of("s", 1.0, "m", 60.0, "h", 3600.0, "d", 86_400.0);

  private TimeSpan() {}

  /**
   * In seconds.
   *
   * @throws MnException MALFORMED when it is none
   */
  static double seconds(String text) {
    String stripped = text.strip();
    if (stripped.isEmpty()) {
      throw MnException.malformed("duration cannot be empty");
    }
    Matcher form = FORM.matcher(stripped);
    if (!form.matches()) {
      throw MnException.malformed("invalid duration: " + text);
    }
    String unit = form.group(2) == null ? "s" : form.group(2).toLowerCase(Locale.ROOT);
    Double seconds = SECONDS.get(unit);
    if (seconds == null) {
      throw MnException.malformed("unsupported duration unit: " + form.group(2));
    }
    return Double.parseDouble(form.group(1)) * seconds;
  }
}
