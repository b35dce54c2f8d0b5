package io.mirrorneuron.run.report;

import java.util.List;

/** A report as Markdown. */
final class MarkdownText implements ReportText {
  private final StringBuilder text = new StringBuilder();

  @Override
  public void title(String title) {
    text.append("# ").append(title).append('\n');
  }

  @Override
  public void heading(String title) {
    apart().append("## ").append(title).append('\n');
  }

  @Override
  public void sentence(String sentence) {
    apart().append(escaped(sentence.replaceAll("\\s+", " ").strip())).append('\n');
  }

  @Override
  public void table(List<String> headers, List<List<Object>> rows) {
    apart();
    row(headers);
    text.append("|---".repeat(headers.size())).append("|\n");
    rows.forEach(this::row);
  }

  /** A block stands behind an empty line. */
  private StringBuilder apart() {
    return text.isEmpty() ? text : text.append('\n');
  }

  private void row(List<?> cells) {
    cells.forEach(cell -> text.append("| ").append(escaped(ReportText.cell(cell))).append(' '));
    text.append("|\n");
  }

  @Override
  public void more(int rows) {
    apart().append("and ").append(rows).append(" more.\n");
  }

  private static String escaped(String plain) {
    return plain.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;");
  }

  /** A line of back quotes in a value cannot end the block: JSON has no line breaks in texts. */
  @Override
  public void json(String json) {
    apart().append("```json\n").append(json).append(json.isEmpty() ? "" : "\n").append("```\n");
  }

  @Override
  public String whole() {
    return text.toString();
  }
}
