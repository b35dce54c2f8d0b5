package io.mirrorneuron.cli;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes cells of a table shorter that do not fit, in ways that lose nothing one needs. Pure. */
final class Narrowing {
  /** Ids end with the milliseconds of their time and twelve digits that nobody can guess. */
  private static final Pattern ID = Pattern.compile("(\\S+-)(\\d{10})(\\d{3})-[0-9a-f]{12}");

  private static final Pattern TIME =
      Pattern.compile("(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d):\\d\\d");

  private Narrowing() {}

  /**
   * The cells as they are when they fit, else with ids by their beginning, and if need be with
   * times to the minute.
   */
  static List<List<String>> of(List<List<String>> rows, Predicate<List<List<String>>> fits) {
    if (fits.test(rows)) {
      return rows;
    }
    List<List<String>> shortIds = withShortIds(rows);
    return fits.test(shortIds) ? shortIds : each(shortIds, Narrowing::toTheMinute);
  }

  /** To the second, unless two ids of the table are of one. */
  private static List<List<String>> withShortIds(List<List<String>> rows) {
    List<String> ids =
        rows.stream()
            .flatMap(List::stream)
            .filter(cell -> ID.matcher(cell).matches())
            .distinct()
            .toList();
    long beginnings = ids.stream().map(id -> beginning(id, "$1$2")).distinct().count();
    return each(rows, cell -> beginning(cell, beginnings == ids.size() ? "$1$2…" : "$1$2$3…"));
  }

  private static String beginning(String cell, String form) {
    Matcher id = ID.matcher(cell);
    return id.matches() ? id.replaceFirst(form) : cell;
  }

  private static String toTheMinute(String cell) {
    Matcher time = TIME.matcher(cell);
    return time.matches() ? time.group(1) : cell;
  }

  private static List<List<String>> each(List<List<String>> rows, UnaryOperator<String> change) {
    return rows.stream().map(row -> row.stream().map(change).toList()).toList();
  }
}
