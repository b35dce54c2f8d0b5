package io.mirrorneuron.run.report;

/**
 * A run with the sections, in the order and the form that scripts know from the original's export
 * of a blueprint's run: nothing is added, and documents are whole. {@link RunReport} tells people
 * more.
 */
public final class BlueprintReport {
  private BlueprintReport() {}

  public static String markdown(RunDocument run) {
    return write(run, new MarkdownText());
  }

  /** A page on its own. */
  public static String html(RunDocument run) {
    return write(run, new HtmlText());
  }

  private static String write(RunDocument run, ReportText text) {
    ReportSections sections = new ReportSections(run, text, Integer.MAX_VALUE);
    sections.title();
    sections.summary();
    sections.document("Final Artifact", "final_artifact");
    sections.webUi();
    sections.document("Result", "result");
    sections.document("Inputs", "inputs");
    sections.document("Config", "config");
    sections.events();
    return text.whole();
  }
}
