package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.RunsClient;
import io.mirrorneuron.cli.run.ReconnectNotice;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.RunLog;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Options for following the records of a run. */
final class FollowOptions {
  /** After a page of so many there is probably another one, and it is asked for at once. */
  private static final int MANY = 100;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with those to come, until the run is over or Ctrl-C.")
  boolean follow;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      defaultValue = "1",
      description = "With --follow: so often it is looked for new ones; default ${DEFAULT-VALUE}.")
  double interval;

  /**
   * Prints the last records, each once, and with {@code --follow} those that come.
   *
   * @param last so many of those that are there
   * @param line what is printed of one
   * @return the exit code
   */
  int print(
      RunsClient client,
      String run,
      RunReader.Wanted wanted,
      int last,
      Function<StreamRecord, String> line)
      throws InterruptedException {
    Pause pause = new Pause(client, interval);
    if (last < 0) {
      throw client.misuse("-n must not be negative");
    }
    check(client, wanted);
    Function<StreamRecord, String> shown = client.json() ? StreamRecord::line : line;
    return RunReader.call(
        client,
        runs -> {
          RunReader.Page page = printLast(client, runs, run, wanted, last, shown);
          ReconnectNotice absence = new ReconnectNotice(client);
          absence.over();
          while (follow && !page.ended()) {
            if (page.records().size() < MANY) {
              pause.take();
            }
            try {
              page = runs.page(run, wanted, page.next());
              absence.over();
              page.records().forEach(one -> Lines.print(client, shown.apply(one)));
            } catch (MnException e) {
              absence.met(e);
            }
          }
          return ExitCode.OK;
        });
  }

  /** Prints the last records. Returns the page behind which those that come are read. */
  static RunReader.Page printLast(
      RunsClient client,
      RunReader runs,
      String run,
      RunReader.Wanted wanted,
      int last,
      Function<StreamRecord, String> line)
      throws InterruptedException {
    Deque<StreamRecord> kept = new ArrayDeque<>();
    RunReader.Page page = runs.page(run, wanted, 0);
    long before = 0;
    while (true) {
      kept.addAll(page.records());
      while (kept.size() > last) {
        kept.removeFirst();
      }
      if (page.ended() || page.next() == before) {
        kept.forEach(one -> Lines.print(client, line.apply(one)));
        return page;
      }
      before = page.next();
      page = runs.page(run, wanted, before);
    }
  }

  private static void check(RunsClient client, RunReader.Wanted wanted) {
    for (String channel : wanted.channels().split(",")) {
      if (RunLog.of(channel).isEmpty()) {
        throw client.misuse(
            "--channels are of %s, but one is '%s'"
                .formatted(
                    Arrays.stream(RunLog.values())
                        .map(RunLog::channel)
                        .collect(Collectors.joining(", ")),
                    channel));
      }
    }
    client.requireLevel(wanted.level());
  }
}
