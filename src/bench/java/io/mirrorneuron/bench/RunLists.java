package io.mirrorneuron.bench;

import io.mirrorneuron.bench.Figure.Floor;
import io.mirrorneuron.bench.Figure.Unit;
import io.mirrorneuron.testing.RunFiles;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What lists and details of runs cost beside 10,000 finished runs on disk; compared with 100. */
final class RunLists implements Measurement {
  private static final int PAGE = 100;

  /** What is read, by the name it has in a figure. */
  private enum Read {
    PAGE_OF_LIST("a page of 100 runs", "/runs?limit=100"),
    FILTERED_PAGE("a page of 100 runs with one status", "/runs?limit=100&status=completed"),
    RESULT("the result of a run", "/runs/r50/result"),
    ARTIFACTS("the list of 9 files of a run", "/runs/r50/artifacts");

    private final String what;
    private final String path;

    Read(String what, String path) {
      this.what = what;
      this.path = path;
    }
  }

  @Override
  public String name() {
    return "runs";
  }

  @Override
  public List<Figure> run(Plan plan) throws Exception {
    int runs = plan.count(10_000);
    State few = measure(plan, "few-runs", PAGE);
    State many = measure(plan, "many-runs", runs);
    List<Figure> figures = new ArrayList<>();
    for (Read read : Read.values()) {
      figures.add(
          new Figure(
              "%s, p50, beside %d finished runs".formatted(read.what, runs),
              Unit.MILLISECONDS,
              many.millis[read.ordinal()],
              new Floor("the same beside %d".formatted(PAGE), few.millis[read.ordinal()])));
    }
    figures.add(
        new Figure(
            "the first page after a start, beside %d finished runs".formatted(runs),
            Unit.MILLISECONDS,
            many.firstMillis,
            new Floor("the same beside %d".formatted(PAGE), few.firstMillis)));
    return figures;
  }

  /**
   * @param firstMillis of the first page that is asked for
   * @param millis median of each read
   */
  private record State(double firstMillis, double[] millis) {}

  private static State measure(Plan plan, String name, int runs) throws Exception {
    write(plan.folder().resolve(name).resolve("runs"), runs);
    try (Server server = Server.up(plan, name);
        Connection connection = new Connection(server.port())) {
      double first = millis(connection, Read.PAGE_OF_LIST);
      double[] medians = new double[Read.values().length];
      for (Read read : Read.values()) {
        series(connection, read, plan.count(2000)); // until it is compiled
        medians[read.ordinal()] = series(connection, read, plan.count(500));
      }
      return new State(first, medians);
    }
  }

  private static void write(Path root, int runs) {
    for (int i = 0; i < runs; i++) {
      Path folder = root.resolve("r" + i);
      RunFiles.write(folder);
      RunFiles.write(
          folder,
          "run.json",
          RunFiles.ended("r" + i, Instant.parse("2026-06-20T10:00:00Z").plusSeconds(i).toString()));
    }
  }

  private static double series(Connection connection, Read read, int times) throws IOException {
    double[] millis = new double[times];
    for (int i = 0; i < times; i++) {
      millis[i] = millis(connection, read);
    }
    return new Series(millis).median();
  }

  private static double millis(Connection connection, Read read) throws IOException {
    long begin = System.nanoTime();
    Connection.Answer answer = connection.get(Server.API + read.path);
    double millis = (System.nanoTime() - begin) / 1e6;
    if (answer.status() != 200 || Json.parse(answer.body()).isEmpty()) {
      throw new IOException(read.path + " is not answered: " + answer);
    }
    return millis;
  }
}
