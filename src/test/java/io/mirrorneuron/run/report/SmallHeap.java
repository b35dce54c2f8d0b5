package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.RedactedRuns;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.run.folder.AllowedRoots;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.testing.SampleRuns;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Exports and checks a large run; a program, so that a test can give it little memory. */
final class SmallHeap {
  private static final int MIB = 1 << 20;

  private SmallHeap() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    try (RunStore store = new RunStore(folder.resolve("runs"), new RunWriter.Elsewhere())) {
      RunFolder run = SampleRuns.completed(store, "run-1");
      files(run.path(), Integer.parseInt(arguments[1]));
      records(run, Integer.parseInt(arguments[2]));
      Path zip = folder.resolve("run-1.zip");
      ExportZip.write(
          new RedactedRuns(store, new AllowedRoots(List.of(), folder)).find(run.runId()),
          SampleRuns.at(90),
          "mn test",
          zip,
          new ExportBudget(() -> false, Path.of("exports"), () -> Long.MAX_VALUE, 0));
      ExportReport report = ExportCheck.verify(zip);
      System.out.println(report.firstBroken() + " " + report.records() + " " + Files.size(zip));
    }
  }

  private static void files(Path run, int mib) throws IOException {
    byte[] block = new byte[MIB];
    Random random = new Random(1);
    try (OutputStream out = Files.newOutputStream(run.resolve("artifacts/large.bin"))) {
      for (int i = 0; i < mib; i++) {
        random.nextBytes(block);
        out.write(block);
      }
    }
  }

  private static void records(RunFolder run, int count) {
    List<ObjectNode> batch = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batch.add(SampleRuns.event(i, "tick", "{'text':'" + "x".repeat(200) + "'}"));
      if (batch.size() == 1000) {
        run.append(RunLog.EVENTS, batch);
        batch.clear();
      }
    }
  }
}
