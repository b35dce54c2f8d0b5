package io.mirrorneuron.run.report;

import java.util.List;

/** What a report is written as. Whatever a text holds, it stays a text: it forms nothing. */
sealed interface ReportText permits MarkdownText, HtmlText {
  /** Characters of a cell at most. */
  int CELL_CHARS = 140;

  void title(String text);

  void heading(String text);

  void sentence(String text);

  /** Cells that are null are empty. */
  void table(List<String> headers, List<List<Object>> rows);

  /** Below a table: how many rows it would have besides. */
  void more(int rows);

  void json(String text);

  /** All that was written. */
  String whole();

  /** A value on one line, cut where it is too long for a table. */
  static String cell(Object value) {
    String plain = value == null ? "" : value.toString().replaceAll("\\s+", " ").strip();
    return plain.length() > CELL_CHARS ? plain.substring(0, CELL_CHARS - 1) + "…" : plain;
  }
}
