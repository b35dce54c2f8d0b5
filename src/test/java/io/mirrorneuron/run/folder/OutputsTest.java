package io.mirrorneuron.run.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.testing.RunFiles;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputsTest {
  @TempDir Path temp;
  private RunFolder run;
  private Outputs outputs;

  @BeforeEach
  void makeRun() {
    run = new RunStore(temp.resolve("runs"), new RunWriter.Elsewhere()).open("r1");
    outputs =
        new Outputs(
            new AllowedRoots(
                List.of(temp.resolve("home/.mn/shared"), temp.resolve("none")),
                temp.resolve("home")));
  }

  private void document(String name, String json) {
    run.write(name, Json.parseObject(json.replace('\'', '"'), name));
  }

  private List<String> listed(String member) {
    return outputs.refs(run).stream().map(ref -> ref.path(member).asText()).toList();
  }

  @Test
  void theyAreFoundWhereverDocumentsNameThem() {
    for (String name : List.of("a.pdf", "b.csv", "c.md", "d.png", "e", "f.bin")) {
      RunFiles.write(run.path(), name, name);
    }
    document("post_launch_materialized.json", "{'output_files':['a.pdf']}");
    document("post_launch_state.json", "{'result':{'output_files':[{'file':'b.csv'},'a.pdf']}}");
    document(
        "result.json",
        "{'final_artifact':{'output_files':[{'file_path':'c.md','kind':'My Notes'}]},"
            + "'result':{'final_artifact':{'output_files':[{'local_path':'d.png'},{'x':1},7]}}}");
    document(
        "final_artifact.json",
        "{'output_files':[{'path':'e','artifact_id':'last','label':'The last'},{'path':'f.bin'}]}");

    assertThat(listed("relative_path"))
        .containsExactly("a.pdf", "b.csv", "c.md", "d.png", "e", "f.bin");
    assertThat(listed("kind")).containsExactly("a", "b", "My Notes", "d", "last", "f");
    assertThat(listed("artifact_id"))
        .containsExactly(
            "output_0_a",
            "output_1_b",
            "output_2_my_notes",
            "output_3_d",
            "output_4_last",
            "output_5_f");
    ObjectNode last = outputs.refs(run).get(4);
    assertThat(last.path("label").asText()).isEqualTo("The last");
    assertThat(last.path("url").asText()).isEqualTo("/api/v1/runs/r1/outputs/4");
    assertThat(last.path("source").asText()).isEqualTo("post_launch_output");
    assertThat(last.path("external").asBoolean()).isTrue();
    assertThat(last.path("content_type").asText()).isEqualTo("application/octet-stream");
  }

  @Test
  void anIndexStaysWhenAnotherFileVanishes() throws IOException {
    document("result.json", "{'output_files':['a.txt','b.txt']}");
    Path first = RunFiles.write(run.path(), "a.txt", "a");
    RunFiles.write(run.path(), "b.txt", "b");
    Files.delete(first);

    assertThat(listed("url")).containsExactly("/api/v1/runs/r1/outputs/1");
    assertThat(outputs.find(run, 1).path()).hasFileName("b.txt");
    for (int index : List.of(0, -1, 2)) {
      assertThatThrownBy(() -> outputs.find(run, index)).hasMessage("output not found");
    }
  }

  @Test
  void onlyFilesWithinReachAreServed() throws IOException {
    Path secret = RunFiles.write(temp, "home/secret.txt", "secret");
    Path shared = RunFiles.write(temp, "home/.mn/shared/j/ok.txt", "ok");
    RunFiles.write(temp, "home/.mn/shared/.hidden/x.txt", "x");
    RunFiles.write(temp, "runs/r2/other.txt", "other");
    RunFiles.write(run.path(), ".mn/journal.jsonl", "x");
    Files.createSymbolicLink(run.path().resolve("link.txt"), secret);
    Files.createSymbolicLink(run.path().resolve("good.txt"), shared);
    Files.createSymbolicLink(run.path().resolve("folder"), secret.getParent());
    ObjectNode document = Json.object();
    var list = document.putArray("output_files");
    List.of("~/.mn/shared/j/ok.txt", "good.txt").forEach(list::add);
    List.of(
            secret.toString(),
            "~/secret.txt",
            "../r2/other.txt",
            "link.txt",
            "folder/secret.txt",
            ".mn/journal.jsonl",
            "~/.mn/shared/.hidden/x.txt",
            "/etc/passwd",
            "/",
            ".",
            "..",
            "/no/such/file",
            "~/.mn/shared/../../secret.txt")
        .forEach(list::add);
    run.write("result.json", document);

    assertThat(listed("artifact_id")).containsExactly("output_0_ok", "output_1_good");
    assertThat(Files.readString(outputs.find(run, 0).path())).isEqualTo("ok");
    for (int index = 2; index < 13; index++) {
      int at = index;
      assertThatThrownBy(() -> outputs.find(run, at))
          .as(list.path(at).asText())
          .hasMessage("output is outside allowed roots");
    }
  }

  @Test
  void aDamagedDocumentHidesNoOther() {
    RunFiles.write(run.path(), "result.json", "{");
    RunFiles.write(run.path(), "a.txt", "a");
    document("final_artifact.json", "{'output_files':['a.txt','a\\u0000b']}");

    assertThat(listed("relative_path")).containsExactly("a.txt");
  }
}
