package io.mirrorneuron.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Measures the packaged program and prints one JSON document on stdout; progress goes to stderr.
 *
 * <p>When it fails, the folder with the homes and logs of its servers stays, to be looked at.
 *
 * <p>Arguments: the program, then {@code --quick}, {@code --only=} with some of {@code
 * start,reads,placement,resolve,chain,processes,python,flood,fanout,open,runs,blueprints,schedules,
 * subscribers,restart,cluster,soak,peer}, {@code --record=FOLDER} for flight recordings of the
 * servers, {@code --out=FILE} for a copy of the document, {@code --restate=PROGRAM} and {@code
 * --restate-python=PROGRAM} for the peer.
 */
public final class Benchmarks {
  private Benchmarks() {}

  public static void main(String[] arguments) throws Exception {
    List<String> words =
        Arrays.stream(arguments).flatMap(text -> Stream.of(text.split("\\s+"))).toList();
    List<String> only =
        words.stream()
            .filter(word -> word.startsWith("--only="))
            .flatMap(word -> Stream.of(word.substring(7).split(",")))
            .toList();
    Path folder = Files.createTempDirectory("mn-bench-");
    System.err.println("bench: working in " + folder);
    Path program = Path.of(words.getFirst()).toAbsolutePath();
    Plan plan =
        new Plan(words.contains("--quick"), program, folder, recordings(words), peer(words));
    ObjectNode report = conditions(plan);
    ArrayNode figures = report.putArray("figures");
    for (Measurement measurement :
        List.of(
            new Starts(),
            new Reads(),
            new Placements(),
            new Resolves(),
            new Chains("everysec"),
            new Chains("always"),
            new Processes(),
            new PythonChains(),
            new Floods(),
            new FanOuts(),
            new OpenJobs(),
            new RunLists(),
            new BlueprintLists(),
            new Schedules(),
            new Subscribers("/jobs/{job_id}/events"),
            new Subscribers("/runs/{run_id}/stream"),
            new Restarts(),
            new Clusters(),
            new Soaks(),
            new Comparisons())) {
      if (only.isEmpty() || only.contains(measurement.name())) {
        plan.progress(measurement.name());
        measurement.run(plan).forEach(figure -> figures.add(figure.json()));
      }
    }
    String text = Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(report);
    System.out.println(text);
    Path out = path(words, "--out=");
    if (out != null) {
      Files.writeString(out, text + "\n");
    }
    remove(folder);
    System.exit(0);
  }

  private static Path recordings(List<String> words) throws IOException {
    Path folder = path(words, "--record=");
    return folder == null ? null : Files.createDirectories(folder);
  }

  private static Peer.Programs peer(List<String> words) {
    Path server = path(words, "--restate=");
    Path python = path(words, "--restate-python=");
    return server == null || python == null ? null : new Peer.Programs(server, python);
  }

  private static Path path(List<String> words, String option) {
    return words.stream()
        .filter(word -> word.startsWith(option))
        .map(word -> Path.of(word.substring(option.length())).toAbsolutePath())
        .findFirst()
        .orElse(null);
  }

  private static ObjectNode conditions(Plan plan) {
    var system = ManagementFactory.getOperatingSystemMXBean();
    double load = system.getSystemLoadAverage();
    if (load > 1) {
      plan.progress(
          "the load of this machine is %.1f: these figures will be too low".formatted(load));
    }
    ObjectNode report = Json.object();
    report.put("quick", plan.quick());
    report
        .putObject("machine")
        .put("cores", system.getAvailableProcessors())
        .put("system", system.getName() + " " + system.getArch())
        .put("java", System.getProperty("java.vm.version"))
        .put("load_before", load);
    return report;
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
