package io.mirrorneuron.cli.run;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.RunAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Filter and format of log records, for a run or the run of a job. */
public final class LogOptions {
  @Option(
      names = "--step",
      paramLabel = "STEP",
      description = "Only what programs of this step printed.")
  String step;

  @Option(
      names = "--stream",
      paramLabel = "STREAM",
      description = "Only what was printed on stdout, or on stderr.")
  String stream;

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      description = "Only records of this level or above, for example warning.")
  String level;

  @Option(names = "--text", paramLabel = "TEXT", description = "Only records with this text.")
  String text;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      defaultValue = "50",
      description = "The last so many, up to 5000; default ${DEFAULT-VALUE}.")
  int limit;

  @Option(
      names = {"-f", "--follow"},
      description = "All of them, and those to come, until the run is over.")
  boolean follow;

  private record Page(List<LogRecord> data) {}

  /** Prints the records of a run. Returns the exit code. */
  public int print(ApiClient client, String id) throws InterruptedException {
    client.requireCount("--limit", limit, 5000);
    client.requireLevel(level);
    return client.call(
        rest -> {
          String path = RunAddress.path(rest, id);
          RecordLines records = new RecordLines(client);
          if (follow) {
            String query =
                "/stream?channels=logs" + query(level == null ? Map.of() : Map.of("level", level));
            records.follow(rest, path + query, this::isWanted);
          } else {
            client.print(
                rest.get(path + "/logs?limit=" + limit + query(filters())),
                Page.class,
                page -> page.data().forEach(one -> client.output().line(records.line(one, ""))));
          }
          return ExitCode.OK;
        });
  }

  private Map<String, String> filters() {
    Map<String, String> filters = new TreeMap<>();
    put(filters, "level", level);
    put(filters, "step", step);
    put(filters, "stream", stream);
    put(filters, "text", text);
    return filters;
  }

  private static void put(Map<String, String> filters, String name, String value) {
    if (value != null) {
      filters.put(name, value);
    }
  }

  private static String query(Map<String, String> filters) {
    return filters.entrySet().stream()
        .map(one -> "&" + one.getKey() + "=" + RestClient.part(one.getValue()))
        .collect(Collectors.joining());
  }

  /** The filters that a stream does not have. */
  private boolean isWanted(LogRecord record) {
    return (step == null || step.equals(record.stepId()))
        && (stream == null || stream.equals(record.stream()))
        && (text == null
            || record.message() != null
                && record
                    .message()
                    .toLowerCase(Locale.ROOT)
                    .contains(text.toLowerCase(Locale.ROOT)));
  }
}
