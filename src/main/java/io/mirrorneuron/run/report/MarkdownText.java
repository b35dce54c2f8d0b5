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
    text.append("\n## ").append(title).append("\n\n");
  }

  @Override
  public void sentence(String sentence) {
    text.append(escaped(sentence)).append("\n\n");
  }

  @Override
  public void table(List<String> headers, List<List<Object>> rows) {
    row(headers);
    text.append("|---".repeat(headers.size())).append("|\n");
    rows.forEach(this::row);
  }

  private void row(List<?> cells) {
    cells.forEach(cell -> text.append("| ").append(escaped(cell)).append(' '));
    text.append("|\n");
  }

  @Override
  public void more(int rows) {
    text.append("\nand ").append(rows).append(" more.\n");
  }

  private static String escaped(Object cell) {
    return ReportText.cell(cell).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;");
  }

  /** A line of back quotes in a value cannot end the block: JSON has no line breaks in texts. */
  @Override
  public void json(String json) {
    text.append("```json\n").append(json).append(json.isEmpty() ? "" : "\n").append("```\n");
  }

  @Override
  public String whole() {
    return text.toString();
  }
}
