package io.mirrorneuron.bench;

import io.mirrorneuron.bench.Figure.Floor;
import io.mirrorneuron.bench.Figure.Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One job of chained steps, each a Python program that computes a Fibonacci number the slow way,
 * beside as many bare starts of that program in a row.
 */
final class PythonChains implements Measurement {
  private static final String SCRIPT =
      """
      import json, os

      def fibo(n):
          return n if n < 2 else fibo(n - 1) + fibo(n - 2)

      print(json.dumps({"fibo": fibo(int(os.environ["N"]))}))
      """;

  @Override
  public String name() {
    return "python";
  }

  @Override
  public List<Figure> run(Plan plan) throws Exception {
    Path script = Files.writeString(plan.folder().resolve("fibo.py"), SCRIPT);
    try (Server server = Server.up(plan, "python");
        Connection connection = new Connection(server.port())) {
      return List.of(
          chain(plan, connection, script, 40, 10), chain(plan, connection, script, 10, 33));
    }
  }

  private static Figure chain(Plan plan, Connection connection, Path script, int steps, int number)
      throws Exception {
    String body = Workflows.scripts(steps, script.getFileName().toString(), SCRIPT, number);
    int rounds = plan.quick() ? 1 : 5;
    double[] ours = new double[rounds];
    double[] bare = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      long begin = System.nanoTime();
      Server.complete(connection, body);
      ours[i] = (System.nanoTime() - begin) / 1e6;
      bare[i] = bare(script, steps, number);
      plan.progress("python, fibo(%d): %.0f ms, bare %.0f ms".formatted(number, ours[i], bare[i]));
    }
    return new Figure(
        "one job of %d chained Python steps of fibo(%d)".formatted(steps, number),
        Unit.MILLISECONDS,
        new Series(ours).median(),
        new Floor("as many starts of python3 in a row", new Series(bare).median()));
  }

  private static double bare(Path script, int times, int number)
      throws IOException, InterruptedException {
    ProcessBuilder python =
        new ProcessBuilder("python3", script.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    python.environment().put("N", Integer.toString(number));
    long begin = System.nanoTime();
    for (int i = 0; i < times; i++) {
      int exit = python.start().waitFor();
      if (exit != 0) {
        throw new IOException("python3 ended with " + exit);
      }
    }
    return (System.nanoTime() - begin) / 1e6;
  }
}
