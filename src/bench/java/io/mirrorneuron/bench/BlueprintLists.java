package io.mirrorneuron.bench;

import io.mirrorneuron.bench.Figure.Floor;
import io.mirrorneuron.bench.Figure.Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What lists of a catalog of 10,000 blueprints cost; compared with one of 100. */
final class BlueprintLists implements Measurement {
  private static final int FEW = 100;

  /** What is read, by the name it has in a figure. */
  private static final Map<String, String> READS =
      Map.of(
          "all blueprints", "/blueprints",
          "those of one category of 20", "/blueprints?category=Kind%203",
          "one blueprint", "/blueprints/b7");

  @Override
  public String name() {
    return "blueprints";
  }

  @Override
  public List<Figure> run(Plan plan) throws Exception {
    int blueprints = plan.count(10_000);
    List<Figure> figures = new ArrayList<>();
    try (Server many = server(plan, "many-blueprints", blueprints);
        Server few = server(plan, "few-blueprints", FEW);
        Connection ofMany = new Connection(many.port());
        Connection ofFew = new Connection(few.port())) {
      for (String read : READS.keySet().stream().sorted().toList()) {
        figures.add(
            new Figure(
                "%s, p50, of %d".formatted(read, blueprints),
                Unit.MILLISECONDS,
                series(ofMany, read, plan.count(500)),
                new Floor("the same of %d".formatted(FEW), series(ofFew, read, plan.count(500)))));
      }
    }
    return figures;
  }

  private static Server server(Plan plan, String name, int blueprints) throws IOException {
    Path catalog = plan.folder().resolve(name + "-catalog");
    StringBuilder index = new StringBuilder();
    for (int i = 0; i < blueprints; i++) {
      index
          .append(i == 0 ? "[" : ",")
          .append("{\"id\":\"b%d\",\"category\":\"Kind %d\"}".formatted(i, i % 20));
      Path bundle = Files.createDirectories(catalog.resolve("b" + i));
      Files.writeString(
          bundle.resolve("manifest.json"),
          "{\"name\":\"b%d\",\"steps\":[{\"id\":\"a\",\"run\":[\"true\"]}]}".formatted(i));
    }
    Files.writeString(catalog.resolve("index.json"), index.append(']'));
    return Server.up(
        plan.program(),
        plan.folder().resolve(name),
        Map.of("MN_BLUEPRINT_LOCAL", catalog.toString(), "MN_RESOURCE_ADMISSION_ENABLED", "false"));
  }

  private static double series(Connection connection, String read, int times) throws IOException {
    double[] millis = new double[times];
    for (int i = -times; i < times; i++) { // half of them until it is compiled
      long begin = System.nanoTime();
      Connection.Answer answer = connection.get(Server.API + READS.get(read));
      double took = (System.nanoTime() - begin) / 1e6;
      if (answer.status() != 200) {
        throw new IOException(read + " is not answered: " + answer.status());
      }
      millis[Math.max(i, 0)] = took;
    }
    return new Series(millis).median();
  }
}
