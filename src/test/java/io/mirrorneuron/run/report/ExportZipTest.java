package io.mirrorneuron.run.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.Sha256;
import io.mirrorneuron.run.RedactedRuns;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.run.folder.AllowedRoots;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.report.ExportReport.Broken;
import io.mirrorneuron.run.report.ExportReport.ExportHeader;
import io.mirrorneuron.run.report.RecordChain.ChainLink;
import io.mirrorneuron.testing.SampleRuns;
import io.mirrorneuron.testing.Zips;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is exported can be checked, and nothing of it can be changed unseen. */
class ExportZipTest {
  private static final String EVENTS = "run/events.jsonl";

  @TempDir Path folder;
  private RunStore store;

  @BeforeEach
  void open() {
    store = new RunStore(folder.resolve("runs"), new RunWriter.Elsewhere());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Path export(RunFolder run) {
    Path target = folder.resolve(run.runId() + ".zip");
    ExportZip.write(
        new RedactedRuns(store, new AllowedRoots(List.of(), folder)).find(run.runId()),
        SampleRuns.at(90),
        "mn test",
        target,
        new ExportBudget(() -> false, Path.of("exports"), () -> Long.MAX_VALUE, 0));
    return target;
  }

  private Map<String, byte[]> exported(String runId) throws IOException {
    return entries(export(SampleRuns.completed(store, runId)));
  }

  private static Map<String, byte[]> entries(Path zip) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile file = ZipFile.builder().setPath(zip).get()) {
      for (ZipArchiveEntry entry : Collections.list(file.getEntries())) {
        try (InputStream in = file.getInputStream(entry)) {
          entries.put(entry.getName(), in.readAllBytes());
        }
      }
    }
    return entries;
  }

  private ExportReport verify(Map<String, byte[]> entries) throws IOException {
    Zips zip = new Zips();
    entries.forEach(zip::file);
    return verify(zip.bytes());
  }

  private ExportReport verify(byte[] zip) throws IOException {
    return ExportCheck.verify(Files.write(folder.resolve("checked.zip"), zip));
  }

  private static String text(byte[] content) {
    return new String(content, StandardCharsets.UTF_8);
  }

  private static List<String> lines(byte[] content) {
    return new ArrayList<>(text(content).lines().toList());
  }

  private static byte[] file(List<String> lines) {
    return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void holdsAllOfTheRunAndIsVerified() throws IOException {
    RunFolder run = SampleRuns.completed(store, "run-1");
    SampleRuns.file(run, ".cache/x", "hidden");
    SampleRuns.file(run, "artifacts/.hidden", "hidden");
    Files.createSymbolicLink(run.path().resolve("artifacts/link"), Path.of("ships.csv"));
    Files.createSymbolicLink(run.path().resolve("elsewhere"), folder);
    Path zip = export(run);

    Map<String, byte[]> entries = entries(zip);
    assertThat(entries.keySet())
        .containsExactly(
            "run/artifacts/ships.csv",
            "run/config.json",
            EVENTS,
            "records/events.jsonl",
            "run/final_artifact.json",
            "run/human.jsonl",
            "records/human.jsonl",
            "run/inputs.json",
            "run/job.json",
            "run/logs.jsonl",
            "records/logs.jsonl",
            "run/observability_summary.json",
            "run/resources.jsonl",
            "records/resources.jsonl",
            "run/result.json",
            "run/run.json",
            "chain.jsonl",
            "export.json");
    ExportReport report = ExportCheck.verify(zip);
    assertThat(report.firstBroken()).isNull();
    assertThat(report.runId()).isEqualTo("run-1");
    assertThat(report.entries()).isEqualTo(16);
    assertThat(report.records()).isEqualTo(13);
    assertThat(report.head())
        .isEqualTo(Json.parseObject(text(entries.get("export.json")), "").path("head").asText());
    assertThat(verify(entries)).as("packed again as it was").isEqualTo(report);
  }

  @Test
  void secretsOfDocumentsAndRecordsAreHidden() throws IOException {
    Map<String, byte[]> entries = exported("run-1");

    assertThat(text(entries.get("run/config.json"))).contains("[REDACTED]").doesNotContain("k-1");
    assertThat(text(entries.get(EVENTS))).contains("[REDACTED]").doesNotContain("secret-1");
  }

  @Test
  void twoExportsOfAnEndedRunAreTheSameBytes() throws IOException {
    RunFolder run = SampleRuns.completed(store, "run-1");
    byte[] first = Files.readAllBytes(export(run));
    Files.setLastModifiedTime(
        run.path().resolve("result.json"), java.nio.file.attribute.FileTime.fromMillis(1));

    assertThat(Files.readAllBytes(export(run))).isEqualTo(first);
    assertThat(folder).as("nothing else stays").isDirectoryNotContaining("glob:**/records-*");
  }

  @Test
  void documentsThatNobodyCanReadAreLeftOutAndNamed() throws IOException {
    RunFolder run = SampleRuns.completed(store, "run-1");
    SampleRuns.file(run, "ui.json", "{torn");
    Map<String, byte[]> entries = entries(export(run));

    assertThat(entries).doesNotContainKey("run/ui.json");
    assertThat(Json.parseObject(text(entries.get("export.json")), "").path("left_out").toString())
        .isEqualTo("[\"ui.json\"]");
    assertThat(verify(entries).ok()).isTrue();
  }

  @Test
  void anyByteOfAnyEntryIsMissed() throws IOException {
    Map<String, byte[]> entries = exported("run-1");
    Random random = new Random(7);
    for (String name : entries.keySet()) {
      byte[] content = entries.get(name);
      for (int i = 0; i < 40; i++) {
        int at = i == 0 ? content.length - 1 : random.nextInt(content.length);
        byte[] changed = content.clone();
        changed[at] ^= (byte) (1 << random.nextInt(8));
        Map<String, byte[]> copy = new LinkedHashMap<>(entries);
        copy.put(name, changed);

        Broken broken = verify(copy).firstBroken();

        String what = name + " at " + at + ": " + broken;
        assertThat(broken).as(what).isNotNull();
        assertThat(broken.entry()).as(what).isEqualTo(name);
        if (name.endsWith(".jsonl")) {
          long line = text(Arrays.copyOf(content, at)).chars().filter(c -> c == '\n').count() + 1;
          assertThat(broken.record()).as(what).isEqualTo(line);
        }
      }
    }
  }

  @Test
  void recordsThatAreRemovedPutInOrMovedAreNamed() throws IOException {
    Map<String, byte[]> entries = exported("run-1");
    int count = lines(entries.get(EVENTS)).size();
    Random random = new Random(8);
    for (int i = 0; i < 100; i++) {
      List<String> lines = lines(entries.get(EVENTS));
      int at = random.nextInt(count);
      switch (i % 3) {
        case 0 -> lines.remove(at);
        case 1 -> lines.add(at, "{\"n\":" + i + "}");
        default -> {
          at = random.nextInt(count - 1);
          Collections.swap(lines, at, at + 1 + random.nextInt(count - at - 1));
        }
      }
      Map<String, byte[]> copy = new LinkedHashMap<>(entries);
      copy.put(EVENTS, file(lines));

      Broken broken = verify(copy).firstBroken();

      assertThat(broken).isNotNull();
      assertThat(broken.entry()).isEqualTo(EVENTS);
      assertThat(broken.record()).isEqualTo(at + 1);
    }
  }

  @Test
  void entriesThatAreRemovedPutInOrMovedAreNamed() throws IOException {
    Map<String, byte[]> entries = exported("run-1");
    List<String> names = List.copyOf(entries.keySet());
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      Map<String, byte[]> removed = new LinkedHashMap<>(entries);
      removed.remove(name);
      Broken gone = verify(removed).firstBroken();
      assertThat(gone).as(name).isNotNull();
      assertThat(gone.entry()).isEqualTo(name);

      Map<String, byte[]> more = new LinkedHashMap<>();
      for (String each : names) {
        if (each.equals(name)) {
          more.put("run/new.txt", new byte[0]);
        }
        more.put(each, entries.get(each));
      }
      assertThat(verify(more).ok()).as("before " + name).isFalse();
      if (i < names.size() - 2) {
        assertThat(verify(more).firstBroken().entry()).isEqualTo("run/new.txt");
      }

      List<String> order = new ArrayList<>(names);
      Collections.swap(order, i, (i + 5) % order.size());
      Map<String, byte[]> moved = new LinkedHashMap<>();
      order.forEach(each -> moved.put(each, entries.get(each)));
      assertThat(verify(moved).ok()).as(name + " moved").isFalse();
    }
  }

  @Test
  void anEntryOfAnotherRunIsMissed() throws IOException {
    Map<String, byte[]> entries = exported("run-1");
    Map<String, byte[]> other = exported("run-2");
    for (String name : entries.keySet()) {
      if (!Arrays.equals(entries.get(name), other.get(name))) {
        Map<String, byte[]> mixed = new LinkedHashMap<>(entries);
        mixed.put(name, other.get(name));
        assertThat(verify(mixed).ok()).as(name).isFalse();
      }
    }
    Map<String, byte[]> withSums = new LinkedHashMap<>(entries);
    withSums.put(EVENTS, other.get(EVENTS));
    withSums.put("records/events.jsonl", other.get("records/events.jsonl"));
    withSums.put("chain.jsonl", other.get("chain.jsonl"));
    assertThat(verify(withSums).firstBroken().entry()).isEqualTo("export.json");
  }

  @Test
  void aLinkThatWasMadeToFitIsMissedByTheNext() throws IOException {
    Map<String, byte[]> entries = exported("run-1");
    byte[] content = "{\"ships\":13}".getBytes(StandardCharsets.UTF_8);
    List<String> chain = lines(entries.get("chain.jsonl"));
    List<String> names = List.copyOf(entries.keySet());
    int index = names.indexOf("run/result.json");
    ChainLink was = ChainLink.parse(chain.get(index).getBytes(StandardCharsets.UTF_8));
    ChainLink made =
        ChainLink.of(
            index, was.path(), content.length, new Sha256().add(content).hex(), was.prev());
    chain.set(index, text(made.line()).strip());
    entries.put("run/result.json", content);
    entries.put("chain.jsonl", file(chain));

    assertThat(verify(entries).firstBroken())
        .isEqualTo(new Broken("chain.jsonl", index + 2, "is not tied to the one before it"));
  }

  @Test
  void hostileZipsAreRefusedBeforeTheyAreRead() throws IOException {
    Map<String, byte[]> entries = exported("run-1");
    for (String name : List.of("../out", "/etc/x", "run/../../x", "C:/x", "run//x")) {
      Map<String, byte[]> copy = new LinkedHashMap<>();
      copy.put(name, new byte[0]);
      copy.putAll(entries);
      assertThat(verify(copy).firstBroken().entry()).isEqualTo(name);
    }
    Zips twice = new Zips();
    entries.forEach(twice::file);
    assertThat(verify(twice.file("run/run.json", "{}").bytes()).firstBroken())
        .isEqualTo(new Broken("run/run.json", 0, "is there twice"));
    Zips link = new Zips().link("run/link", "/etc/passwd");
    entries.forEach(link::file);
    assertThat(verify(link.bytes()).firstBroken().entry()).isEqualTo("run/link");
  }

  @Test
  void anEntryThatExpandsFarBeyondItsLinkIsNamed() throws IOException {
    Map<String, byte[]> entries = exported("run-1");
    entries.put("run/artifacts/ships.csv", new byte[64 << 20]);

    assertThat(verify(entries).firstBroken())
        .isEqualTo(new Broken("run/artifacts/ships.csv", 0, "was changed"));
  }

  @Test
  void aLinkThatClaimsTooMuchIsNotEvenTried() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    ExportHeader header =
        new ExportHeader("run-1", "", "", new ExportHeader.Counts(1, 0), List.of(), "");
    ChainLink link = ChainLink.of(0, "run/a", 9L << 30, "0", header.genesis());
    entries.put("run/a", new byte[1]);
    entries.put("chain.jsonl", link.line());
    entries.put("export.json", header.withHead(link.hash()).bytes());

    assertThat(verify(entries).firstBroken().reason()).startsWith("claims more bytes");
  }

  @Test
  void aRunWhoseFirstRecordsAreGoneSaysSo() throws IOException {
    RunFolder run = SampleRuns.completed(store, "run-1");
    String line = "{\"type\":\"x\",\"pad\":\"%s\"}\n".formatted("y".repeat(60_000));
    for (int lines : List.of(300, 1)) {
      Files.writeString(
          run.path().resolve("events.jsonl"), line.repeat(lines), StandardOpenOption.APPEND);
      store.journal(run).catchUp();
    }
    Files.delete(run.path().resolve(".mn/.stream-000000000001.log"));
    Map<String, byte[]> entries = entries(export(run));

    assertThat(verify(entries).ok()).isTrue();
    assertThat(Json.MAPPER.readTree(entries.get("export.json")).path("left_out").path(0).asText())
        .matches("records 1 to [1-9][0-9]+");
  }

  @Test
  void whatIsCutOffOrNoZipIsToldApart() throws IOException {
    byte[] zip = Files.readAllBytes(export(SampleRuns.completed(store, "run-1")));
    Random random = new Random(9);
    for (int i = 0; i < 100; i++) {
      byte[] cut = Arrays.copyOf(zip, random.nextInt(zip.length));
      assertThatThrownBy(() -> verify(cut)).isInstanceOf(MnException.class);
    }
    byte[] junk = new byte[5000];
    random.nextBytes(junk);
    assertThatThrownBy(() -> verify(junk)).isInstanceOf(MnException.class);
    assertThatThrownBy(() -> ExportCheck.verify(folder.resolve("none.zip")))
        .hasMessageContaining("none.zip was not found");
  }

  @Test
  void bytesBeforeBetweenOrBehindAreMissed() throws IOException {
    byte[] zip = Files.readAllBytes(export(SampleRuns.completed(store, "run-1")));
    byte[] behind = Arrays.copyOf(zip, zip.length + 1);

    assertThatThrownBy(() -> verify(behind)).isInstanceOf(MnException.class);
  }

  @Test
  void aZipThatWasChangedAnywhereIsNeverTakenForAnotherRun() throws IOException {
    Path exported = export(SampleRuns.completed(store, "run-1"));
    byte[] zip = Files.readAllBytes(exported);
    Map<String, byte[]> entries = entries(exported);
    Random random = new Random(10);
    for (int i = 0; i < 1000; i++) {
      byte[] changed = zip.clone();
      changed[random.nextInt(zip.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        if (verify(changed).ok()) {
          Map<String, byte[]> same = entries(folder.resolve("checked.zip"));
          assertThat(same.keySet()).isEqualTo(entries.keySet());
          same.forEach((name, content) -> assertThat(content).isEqualTo(entries.get(name)));
        }
      } catch (MnException e) {
        // no zip any more
      }
    }
  }
}
