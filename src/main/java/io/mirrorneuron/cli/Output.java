package io.mirrorneuron.cli;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import com.github.freva.asciitable.OverflowBehaviour;
import com.github.freva.asciitable.Styler;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a command prints on stdout, for people or for programs. */
public final class Output {
  /** Control characters but those between and in lines, and those that change the direction. */
  private static final Pattern STEERING =
      Pattern.compile("[\\p{Cntrl}\\x80-\\x9f\\u202a-\\u202e\\u2066-\\u2069&&[^\n\t]]");

  /** Those of them that JSON leaves as they are; escaped they mean the same to who reads JSON. */
  private static final Pattern RAW_IN_JSON =
      Pattern.compile("[\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]");

  /** The space that a line begins with, perhaps after the code of a colour. */
  private static final Pattern MARGIN = Pattern.compile("^((?:\033\\[\\d+m)*) ");

  private static final Pattern ISO_TIME =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d.*");

  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
  private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

  private static final int GAP = 2;
  private static final int NARROWEST = 8;

  private final PrintWriter out;
  private final AnsiStyle paint;
  private final int columns;
  private final ZoneId zone;

  /**
   * With times in UTC.
   *
   * @param columns of a line of a table at most
   */
  public Output(PrintWriter out, AnsiStyle paint, int columns) {
    this(out, paint, columns, ZoneOffset.UTC);
  }

  /**
   * @param zone whose clock times are told by
   */
  Output(PrintWriter out, AnsiStyle paint, int columns, ZoneId zone) {
    this.out = out;
    this.paint = paint;
    this.columns = columns;
    this.zone = zone;
  }

  /** Nobody reads stdout any more, as {@code | head} does not when it has read enough. */
  public static final class ReaderGone extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    ReaderGone() {
      super(new IOException("stdout is closed"));
    }
  }

  public AnsiStyle paint() {
    return paint;
  }

  /** One document, indented. */
  public void json(Object document) {
    line(Json.indented(document));
  }

  /**
   * A line, in which nothing that a program wrote steers a terminal.
   *
   * @throws ReaderGone when nobody reads any more
   */
  public void line(String text) {
    out.println(
        RAW_IN_JSON
            .matcher(text)
            .replaceAll(found -> "\\\\u%04x".formatted((int) found.group().charAt(0))));
    if (out.checkError()) {
      throw new ReaderGone();
    }
  }

  /**
   * A text of several lines from a server: as it is for a file or a program, and without what could
   * steer a terminal where people look at it.
   */
  public void text(String text, boolean forPeople) {
    if (!forPeople) {
      out.print(text);
      out.flush();
      return;
    }
    text.lines().map(Output::printed).forEach(this::line);
  }

  public void field(String name, String value) {
    if (!value.isEmpty()) {
      line(paint.faint("%-11s".formatted(name)) + " " + printable(value));
    }
  }

  /** A field that is a line of a program, whose margin stays. */
  public void quoted(String name, String line) {
    line(paint.faint("%-11s".formatted(name)) + " " + printed(line));
  }

  /**
   * A table that fits the screen. Where it does not, ids are told by their beginning, which
   * commands take for the id, and times to the minute. Where that is not enough it is cut from the
   * right, and a column of which too little would be left is left out, which a last line tells; the
   * first column, which names things, stays. Cells that hold a status are coloured.
   */
  public void table(List<String> headers, List<List<String>> rows) {
    table(headers, rows, OverflowBehaviour.ELLIPSIS_RIGHT);
  }

  /** A table that fits the screen; the last column, which holds sentences, is wrapped, not cut. */
  public void sentences(List<String> headers, List<List<String>> rows) {
    table(headers, rows, OverflowBehaviour.NEWLINE);
  }

  private void table(List<String> headers, List<List<String>> rows, OverflowBehaviour tooLong) {
    List<List<String>> cells =
        Narrowing.of(
            rows.stream().map(row -> row.stream().map(Output::printable).toList()).toList(),
            some -> isWithin(naturalWidths(headers, some)));
    List<Integer> widths = fitted(naturalWidths(headers, cells));
    Column[] shape = new Column[widths.size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] =
          new Column()
              .header(headers.get(i))
              .headerAlign(HorizontalAlign.LEFT)
              .dataAlign(HorizontalAlign.LEFT)
              .maxWidth(widths.get(i) + GAP, tooLong);
    }
    Object[][] data =
        cells.stream().map(row -> row.subList(0, shape.length).toArray()).toArray(Object[][]::new);
    AsciiTable.builder()
        .border(AsciiTable.NO_BORDERS)
        .styler(new StatusColours(cells))
        .data(shape, data)
        .asString()
        .lines()
        .map(text -> MARGIN.matcher(text).replaceFirst("$1"))
        .forEach(text -> line(text.stripTrailing()));
    tellMissing(headers.subList(shape.length, headers.size()));
  }

  private void tellMissing(List<String> headers) {
    String names = "(no room for: %s)".formatted(String.join(", ", headers));
    String text = names.length() > columns ? "(%d more columns)".formatted(headers.size()) : names;
    if (!headers.isEmpty() && text.length() <= columns) {
      line(paint.faint(text));
    }
  }

  private static List<Integer> naturalWidths(List<String> headers, List<List<String>> rows) {
    List<Integer> widths = new ArrayList<>();
    for (int i = 0; i < headers.size(); i++) {
      int column = i;
      int longest = rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
      widths.add(Math.max(headers.get(i).length(), longest));
    }
    return widths;
  }

  private boolean isWithin(List<Integer> widths) {
    return widths.stream().mapToInt(width -> width + GAP).sum() <= columns;
  }

  private List<Integer> fitted(List<Integer> widths) {
    while (widths.size() > 1) {
      int total = widths.stream().mapToInt(width -> width + GAP).sum();
      int left = widths.removeLast() - Math.max(0, total - columns);
      if (total <= columns || left >= NARROWEST) {
        widths.add(left);
        break;
      }
    }
    return widths;
  }

  private final class StatusColours implements Styler {
    private final List<List<String>> cells;

    StatusColours(List<List<String>> cells) {
      this.cells = cells;
    }

    @Override
    public List<String> styleCell(Column column, int row, int col, List<String> lines) {
      return lines.stream().map(text -> paint.status(text, cells.get(row).get(col))).toList();
    }

    @Override
    public List<String> styleHeader(Column column, int col, List<String> lines) {
      return lines.stream().map(paint::faint).toList();
    }
  }

  /** An ISO timestamp as people read it: to the second. */
  public String time(String timestamp) {
    return local(timestamp, SECONDS)
        .orElseGet(() -> timestamp.replaceFirst("T(\\d\\d:\\d\\d:\\d\\d).*", " $1"));
  }

  /** An ISO timestamp as it is in UTC, and by another clock as people read it. */
  public String moment(String timestamp) {
    return timestamp == null ? "" : local(timestamp, SECONDS).orElse(timestamp);
  }

  /** The time of day of an ISO timestamp. */
  public String clock(String timestamp) {
    return local(timestamp, CLOCK).orElseGet(() -> timestamp.replaceFirst("^[^T]*T", ""));
  }

  /** The header of a column of {@link #time times}. */
  public String when(String header) {
    return isUtc() ? header + " (UTC)" : header;
  }

  private boolean isUtc() {
    return zone.getRules().equals(ZoneOffset.UTC.getRules());
  }

  /** Empty in UTC, and for what is no time. */
  private Optional<String> local(String timestamp, DateTimeFormatter form) {
    if (isUtc() || !ISO_TIME.matcher(timestamp).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(form.format(Instant.parse(timestamp).atZone(zone)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** The text on one line and without the control characters that could steer a terminal. */
  public static String printable(String text) {
    List<String> parts = new ArrayList<>();
    text.lines().map(String::strip).filter(part -> !part.isEmpty()).forEach(parts::add);
    return harmless(String.join(" ", parts)).replace('\t', '?');
  }

  /**
   * A line that a program printed, or of a file. Its margin stays: in a traceback, and in much
   * else, it says what belongs together.
   */
  public static String printed(String line) {
    return harmless(line.stripTrailing());
  }

  /** The text with a question mark for all that could steer a terminal or turn its lines around. */
  public static String harmless(String text) {
    return STEERING.matcher(text).replaceAll("?");
  }

  /** A message whose lines are sentences, on one line. */
  public static String sentences(String message) {
    return printable(message.strip().replaceAll("(?<![.:;,!?\\s])\\s*\\R", ".\n"));
  }

  /** Makes cells of a table shorter that do not fit, in ways that lose nothing one needs. Pure. */
  private static final class Narrowing {
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
}
