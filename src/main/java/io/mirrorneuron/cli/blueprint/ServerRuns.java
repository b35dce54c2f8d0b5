package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.RunAddress;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.report.RunDocument;
import io.mirrorneuron.storage.WriteFailure;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.WebAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The runs of a server, over its HTTP API. */
final class ServerRuns implements RunReader {
  private static final int MOST_ROWS = 1000;
  private static final int MOST_RECORDS = 5000;

  private final RestClient rest;
  private final Map<String, String> paths = new HashMap<>();

  ServerRuns(RestClient rest) {
    this.rest = rest;
  }

  private record Rows(List<Row> data, String next) {}

  private record WebUi(String url) {}

  private record PageBody(long next, boolean ended) {}

  @FunctionalInterface
  private interface Question<T> {
    T at(String path) throws InterruptedException;
  }

  /** Asks about a run. */
  private <T> T about(String run, Question<T> question) throws InterruptedException {
    try {
      if (run.matches("\\.{0,2}")) { // in a path these are no names
        throw unknown(run);
      }
      String path = paths.get(run);
      if (path == null) {
        path = RunAddress.path(rest, run);
        paths.put(run, path);
      }
      return question.at(path);
    } catch (MnException e) {
      if (e.error().equals("run_not_found") || e.error().equals("invalid_run_id")) {
        throw unknown(run);
      }
      throw e;
    }
  }

  private static MnException unknown(String run) {
    return RunReader.unknown(run, "; mn blueprint monitor shows those that are there");
  }

  @Override
  public List<Row> rows(String blueprintId, int atLeast) throws InterruptedException {
    String which = blueprintId == null ? "" : "&blueprint_id=" + RestClient.part(blueprintId);
    List<Row> rows = new ArrayList<>();
    String page = "";
    while (page != null && (rows.isEmpty() || rows.size() < atLeast)) {
      Rows some = rest.get("/runs?limit=" + MOST_ROWS + which + page).as(Rows.class);
      rows.addAll(some.data());
      page = some.next() == null ? null : "&cursor=" + RestClient.part(some.next());
    }
    return rows;
  }

  @Override
  public String webUi(String runId) throws InterruptedException {
    try {
      String path = "/runs/" + RestClient.part(runId) + "/artifacts/web_ui.json";
      return WebAddress.ofPage(rest.get(path).as(WebUi.class).url());
    } catch (MnException e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        return "";
      }
      throw e;
    }
  }

  @Override
  public Page page(String run, Wanted wanted, long after) throws InterruptedException {
    String level = wanted.level() == null ? "" : "&level=" + RestClient.part(wanted.level());
    String query =
        "/stream?limit=%d&after=%d&channels=%s%s"
            .formatted(MOST_RECORDS, after, RestClient.part(wanted.channels()), level);
    RestAnswer page = about(run, path -> rest.get(path + query));
    PageBody reported = page.as(PageBody.class);
    return new Page(
        page.elements("data").map(one -> new StreamRecord(() -> one)).toList(),
        reported.next(),
        reported.ended());
  }

  @Override
  public RunDocument document(String run) throws InterruptedException {
    String json = about(run, path -> rest.text(path + "/export?format=json", "application/json"));
    return RunDocument.of(Json.parseObject(json, "the export"));
  }

  @Override
  public RestAnswer resources(String run, String window, String bucket)
      throws InterruptedException {
    String query =
        "/resources?window=%s&bucket=%s"
            .formatted(RestClient.part(window), RestClient.part(bucket));
    return about(run, path -> rest.get(path + query));
  }

  @Override
  public List<RestAnswer> pending(String run) throws InterruptedException {
    return about(run, path -> rest.get(path + "/human?status=pending")).elements("data").toList();
  }

  @Override
  public RestAnswer record(String run, Action effect, String id, Map<String, Object> body)
      throws InterruptedException {
    String there = "/human/" + RestClient.part(id) + "/" + effect.name().toLowerCase(Locale.ROOT);
    return about(run, path -> rest.post(path + there, body));
  }

  /** Here: the folder of the run may be on another machine. */
  @Override
  public Path keep(RunDocument run, String page) {
    Path file = Path.of(run.runId() + ".html").toAbsolutePath();
    try {
      return Files.writeString(file, page);
    } catch (IOException e) {
      throw WriteFailure.of(file, e);
    }
  }

  @Override
  public void close() {
    // who opened the connection closes it
  }
}
