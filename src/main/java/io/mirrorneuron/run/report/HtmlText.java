package io.mirrorneuron.run.report;

import java.util.List;

/** A report as a page on its own, which asks nobody for anything and runs nothing. */
final class HtmlText implements ReportText {
  private static final String HEAD =
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>%1$s</title>
      <style>
      body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }
      table { border-collapse: collapse; }
      th, td { text-align: left; padding: 0.25rem 1rem 0.25rem 0; border-bottom: 1px solid #8884; overflow-wrap: anywhere; }
      pre { background: #8882; padding: 0.75rem; overflow: auto; max-height: 40rem; }
      </style>
      </head>
      <body>
      <h1>%1$s</h1>
      """;

  private final StringBuilder text = new StringBuilder();

  @Override
  public void title(String title) {
    text.append(HEAD.formatted(escaped(title)));
  }

  @Override
  public void heading(String title) {
    element("h2", title);
  }

  @Override
  public void sentence(String sentence) {
    element("p", sentence);
  }

  @Override
  public void table(List<String> headers, List<List<Object>> rows) {
    text.append("<table>\n<tr>");
    headers.forEach(header -> cell("th", header));
    rows.forEach(
        row -> {
          text.append("</tr>\n<tr>");
          row.forEach(value -> cell("td", ReportText.cell(value)));
        });
    text.append("</tr>\n</table>\n");
  }

  @Override
  public void more(int rows) {
    sentence("and " + rows + " more.");
  }

  @Override
  public void json(String json) {
    element("pre", json);
  }

  private void element(String name, String content) {
    cell(name, content);
    text.append('\n');
  }

  private void cell(String name, String content) {
    text.append('<').append(name).append('>').append(escaped(content));
    text.append("</").append(name).append('>');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  @Override
  public String whole() {
    return text + "</body>\n</html>\n";
  }
}
