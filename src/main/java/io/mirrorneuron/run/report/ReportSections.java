package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.WebAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The sections of a report in the form of the original.
 *
 * @param jsonChars of a document at most
 */
record ReportSections(RunDocument run, ReportText text, int jsonChars) {
  private static final int EVENTS = 20;

  void title() {
    text.title("Blueprint Run " + run.runId());
  }

  void summary() {
    List<List<Object>> rows = new ArrayList<>();
    rows.add(List.of("Run ID", run.runId()));
    rows.add(List.of("Blueprint", run.text("blueprint_id")));
    rows.add(List.of("Status", run.text("status")));
    rows.add(List.of("Started", run.text("started_at")));
    rows.add(List.of("Ended", run.text("ended_at")));
    rows.add(List.of("Run Directory", run.folder()));
    if (!run.text("job_id").isEmpty()) {
      rows.add(List.of("Job ID", run.text("job_id")));
    }
    text.heading("Summary");
    text.table(List.of("Field", "Value"), rows);
  }

  void webUi() {
    ObjectNode ui = run.part("web_ui");
    if (!ui.isEmpty()) {
      text.heading("Web UI");
      text.table(
          List.of("URL", "Adapter", "Status"),
          List.of(
              List.of(
                  WebAddress.ofPage(word(ui, "url").toString()),
                  word(ui, "adapter"),
                  word(ui, "status"))));
    }
  }

  private static Object word(ObjectNode document, String member) {
    return document.path(member).asText("");
  }

  /** One of the documents in the run. */
  void document(String title, String name) {
    text.heading(title);
    json(text, run.part(name), jsonChars);
  }

  static void json(ReportText into, JsonNode document, int most) {
    String json = Json.indentedAndSorted(document);
    into.json(json.length() > most ? json.substring(0, most) + "\n… cut here" : json);
  }

  void events() {
    text.heading("Event Tail");
    text.json(
        run.lastEvents(EVENTS).stream().map(Records::write).collect(Collectors.joining("\n")));
  }
}
