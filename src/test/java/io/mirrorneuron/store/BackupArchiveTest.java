package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.wire.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackupArchiveTest {
  private static final Backup BACKUP =
      new Backup(
          """
          {"schema_version":"mn.backup.v1","created_at":"2026-01-02T03:04:05.000Z",
           "source":{"job_id":"demo-1","run_id":"run 1"},
           "runtime":{"job":{"job_id":"demo-1","state":{"fields":{"h":"{}"}}},
                      "agents":[{"agent_id":"a"}],"events":[{"seq":1},{"seq":2}]}}
          """,
          Map.of(
              "manifest.json",
              "{}".getBytes(StandardCharsets.UTF_8),
              "payloads/a/b",
              new byte[] {7}));

  @TempDir Path folder;

  private Backup unpacked(byte[] zip) {
    try {
      return BackupArchive.unpack(Files.write(folder.resolve("a.zip"), zip), folder);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, byte[]> entries(byte[] zip) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      ZipEntry entry;
      while ((entry = in.getNextEntry()) != null) {
        entries.put(entry.getName(), in.readAllBytes());
      }
    }
    return entries;
  }

  private static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (var entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void whatIsPackedIsUnpackedAndNothingStays() {
    Backup again = unpacked(BackupArchive.pack(BACKUP));

    assertThat(Json.parseObject(again.json(), "again"))
        .isEqualTo(Json.parseObject(BACKUP.json(), "backup"));
    assertThat(again.files()).containsOnlyKeys("manifest.json", "payloads/a/b");
    assertThat(again.files().get("payloads/a/b")).containsExactly(7);
    assertThat(folder.toFile().list()).containsExactly("a.zip");
  }

  @Test
  void itsPartsLieWhereThePublishedCommandLineLooks() throws IOException {
    Map<String, byte[]> entries = entries(BackupArchive.pack(BACKUP));

    assertThat(entries.keySet())
        .containsExactlyInAnyOrder(
            "bundle/payloads/",
            "mn-backup.json",
            "runtime/job.json",
            "runtime/agents.json",
            "runtime/events.jsonl",
            "bundle/manifest.json",
            "bundle/payloads/a/b",
            "checksums.json");
    assertThat(entries.get("runtime/events.jsonl"))
        .asString()
        .isEqualTo("{\"seq\":1}\n{\"seq\":2}\n");
    assertThat(entries.get("mn-backup.json")).asString().doesNotContain("runtime");
  }

  @Test
  void itsNameTellsWhatItIsOf() {
    assertThat(BackupArchive.fileName(BACKUP, Instant.parse("2026-01-02T03:04:05.678Z")))
        .isEqualTo("run-1-demo-1-20260102T030405Z.mnbackup.zip");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mn-backup.json",
        "runtime/job.json",
        "runtime/agents.json",
        "runtime/events.jsonl",
        "bundle/manifest.json",
        "bundle/payloads/a/b",
        "checksums.json"
      })
  void aPartThatIsMissingOrChangedIsNoticed(String part) throws IOException {
    Map<String, byte[]> entries = entries(BackupArchive.pack(BACKUP));
    entries.put(part, "[1]".getBytes(StandardCharsets.UTF_8));
    assertInvalid(zip(entries));
    entries.remove(part);
    assertInvalid(zip(entries));
  }

  @Test
  void aPartThatNobodyVouchesForIsNoticed() throws IOException {
    Map<String, byte[]> entries = entries(BackupArchive.pack(BACKUP));
    entries.put("bundle/payloads/more", new byte[1]);
    assertInvalid(zip(entries));
  }

  private void assertInvalid(byte[] zip) {
    assertThatThrownBy(() -> unpacked(zip))
        .isInstanceOfSatisfying(
            MnException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(ErrorCode.MALFORMED);
              assertThat(failure.error()).isEqualTo("invalid_backup");
            });
  }

  @Test
  void pathsThatClimbAreRefused() throws IOException {
    for (String path : List.of("../evil", "/evil", "bundle/../../evil")) {
      Map<String, byte[]> entries = entries(BackupArchive.pack(BACKUP));
      entries.put(path, new byte[1]);
      assertThatThrownBy(() -> unpacked(zip(entries))).hasMessageContaining("unsafe paths");
    }
  }
}
