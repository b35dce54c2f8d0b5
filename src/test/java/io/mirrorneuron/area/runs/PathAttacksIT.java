package io.mirrorneuron.area.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.RawHttp;
import io.mirrorneuron.testing.RawHttp.Answer;
import io.mirrorneuron.testing.RunFiles;
import io.mirrorneuron.testing.WithSharedGateway;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ways out of a run's folder, by paths that clients send and by paths that programs write. Each is
 * refused, and what lies outside is in no answer.
 */
class PathAttacksIT extends WithSharedGateway {
  private static final String CANARY = "nobody may read this";

  private static Path run;

  @BeforeAll
  static void layFiles() throws Exception {
    run = gateway.runs.open("r1").path();
    RunFiles.write(folder, "canary.txt", CANARY);
    RunFiles.write(folder, "runs/canary.txt", CANARY);
    RunFiles.write(folder, "runs/r2/canary.txt", CANARY);
    RunFiles.write(folder, "runs/r1-twin/canary.txt", CANARY);
    RunFiles.write(folder, "home/canary.txt", CANARY);
    RunFiles.write(folder, "home/shared/.hidden/canary.txt", CANARY);
    RunFiles.write(run, ".mn/canary.txt", CANARY);
    RunFiles.write(run, ".canary.txt", CANARY);
    RunFiles.write(run, "sub/.hidden/canary.txt", CANARY);
    RunFiles.write(run, "sub/fine.txt", "fine");
    link("link.txt", folder.resolve("canary.txt"));
    link("hidden.txt", run.resolve(".mn/canary.txt"));
    link("folder", folder);
    link("sub/folder", folder.resolve("runs/r2"));
    link("up", Path.of("../r2"));
    link("chain.txt", run.resolve("folder/canary.txt"));
    Files.createSymbolicLink(folder.resolve("runs/linked"), folder.resolve("runs/r2"));
  }

  private static void link(String name, Path target) throws IOException {
    Files.createSymbolicLink(run.resolve(name), target);
  }

  private static Answer send(String method, String path) throws IOException {
    return RawHttp.send(
        gateway.port(),
        method
            + " /api/v1/runs/"
            + path
            + " HTTP/1.1\r\nAuthorization: Bearer "
            + GatewayFixture.TOKEN
            + "\r\n"
            + (method.equals("POST") ? "Content-Length: 0\r\n" : ""),
        new byte[0]);
  }

  /** What stands behind {@code artifacts/} in a request line. */
  static Stream<String> ways() {
    List<String> ways =
        new ArrayList<>(
            List.of(
                "..",
                ".",
                "../canary.txt",
                "../r2/canary.txt",
                "../r1-twin/canary.txt",
                "../../canary.txt",
                "sub/../../r2/canary.txt",
                "./sub/fine.txt",
                "sub/./fine.txt",
                "sub/../sub/fine.txt",
                "sub//fine.txt",
                "/sub/fine.txt",
                "sub/fine.txt/",
                "sub/fine.txt/.",
                "sub/fine.txt/..",
                "%2e%2e/canary.txt",
                "%2E%2E/canary.txt",
                "%2e./canary.txt",
                ".%2E/canary.txt",
                "..%2Fcanary.txt",
                "..%2fr2%2Fcanary.txt",
                "%2e%2e%2fr2%2fcanary.txt",
                "sub%2F..%2F..%2Fr2%2Fcanary.txt",
                "%252e%252e/canary.txt",
                "%252e%252e%252fcanary.txt",
                "..%252fcanary.txt",
                "%25252e%25252e%25252fcanary.txt",
                "..%255ccanary.txt",
                "..\\canary.txt",
                "..%5Ccanary.txt",
                "..%5cr2%5Ccanary.txt",
                "sub\\fine.txt",
                "%c0%ae%c0%ae/canary.txt",
                "%c0%ae%c0%ae%c0%afcanary.txt",
                "..%c0%afcanary.txt",
                "%e0%80%ae%e0%80%ae/canary.txt",
                "%uff0e%uff0e/canary.txt",
                "%EF%BC%8E%EF%BC%8E/canary.txt",
                "..%EF%BC%8Fcanary.txt",
                "..;/canary.txt",
                "..;x=1/canary.txt",
                ";/../canary.txt",
                "....//canary.txt",
                "~/canary.txt",
                "~root/x.txt",
                "$HOME/canary.txt",
                "file:///etc/passwd",
                "file:..%2Fcanary.txt",
                "C:%5Ccanary.txt",
                "/etc/passwd",
                "//etc/passwd",
                "%2Fetc%2Fpasswd",
                "%2fetc/passwd",
                "sub/fine.txt%00",
                "sub/fine.txt%00.json",
                "%00",
                "..%00/canary.txt",
                "canary.txt%00.txt",
                "%0a../canary.txt",
                "..%0d%0a/canary.txt",
                "%ff%fe.txt",
                ".mn/canary.txt",
                ".mn%2Fcanary.txt",
                "%2emn/canary.txt",
                ".MN/canary.txt",
                ".canary.txt",
                "%2Ecanary.txt",
                "sub/.hidden/canary.txt",
                "sub/%2ehidden/canary.txt",
                ".mn/lock",
                "link.txt",
                "hidden.txt",
                "chain.txt",
                "folder/canary.txt",
                "sub/folder/canary.txt",
                "up/canary.txt",
                "folder%2Fcanary.txt",
                "folder/runs/r2/canary.txt",
                "folder",
                "sub"));
    ways.add(folder.resolve("canary.txt").toString());
    ways.add(folder.resolve("canary.txt").toString().replace("/", "%2F"));
    ways.add("../".repeat(40) + folder.resolve("canary.txt").toString().substring(1));
    ways.add("%2e%2e%2f".repeat(40) + "etc/passwd");
    ways.add("a/".repeat(600) + "x.txt");
    ways.add("sub/" + "a".repeat(300) + ".txt");
    ways.add("./".repeat(400) + "sub/fine.txt");
    return ways.stream();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void noPathOfAClientLeadsOutOfTheRun(String way) throws IOException {
    for (String method : List.of("GET", "HEAD", "POST")) {
      String path = "r1/artifacts/" + way.replace(" ", "%20");
      Answer answer = send(method, method.equals("POST") ? path + "/reveal" : path);

      assertThat(answer.status()).as(method + " " + way + answer.body()).isBetween(400, 422);
      assertThat(answer.body()).doesNotContain(CANARY, "root:", "fine");
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void noPathOfAClientIsARun(String way) throws IOException {
    for (String file : List.of("result", "artifacts", "outputs/0", "ui", "ui/video")) {
      Answer answer = send("GET", way.replace(" ", "%20") + "/" + file);

      assertThat(answer.status()).as(way + answer.body()).isBetween(400, 422);
      assertThat(answer.body()).doesNotContain(CANARY, "root:");
    }
  }

  @Test
  void aRunThatIsALinkIsNone() throws IOException {
    assertThat(send("GET", "linked/artifacts").status()).isEqualTo(404);
    assertThat(send("GET", "linked/artifacts/canary.txt").status()).isEqualTo(404);
  }

  /** What a program may write where it should name a file of its own. */
  static Stream<String> names() {
    return Stream.of(
        folder.resolve("canary.txt").toString(),
        folder.resolve("runs/r2/canary.txt").toString(),
        "../r2/canary.txt",
        "../r1-twin/canary.txt",
        "sub/../../r2/canary.txt",
        "/etc/passwd",
        "link.txt",
        "hidden.txt",
        "chain.txt",
        "folder/canary.txt",
        "up/canary.txt",
        ".mn/canary.txt",
        ".canary.txt",
        "sub/.hidden/canary.txt",
        "~/canary.txt",
        "~/shared/.hidden/canary.txt",
        "~/shared/../canary.txt",
        "/proc/self/environ",
        "/proc/self/cwd",
        "/",
        ".",
        "..",
        "~/",
        "sub",
        "a\0b",
        "x".repeat(5000),
        "file://" + folder.resolve("canary.txt"),
        "file:///etc/passwd",
        "file:" + folder.resolve("canary.txt"),
        "file://localhost/etc/passwd",
        "FILE:///%65tc/passwd",
        "file:///proc/self/environ");
  }

  @ParameterizedTest
  @MethodSource("names")
  void noNameInADocumentLeadsOutOfTheRun(String name) throws IOException {
    ObjectNode result = Json.object();
    result.putArray("output_files").addObject().put("path", name).put("kind", "report");
    RunFiles.write(run, "result.json", Json.write(result));
    ObjectNode ui = Json.object();
    ArrayNode components = ui.putArray("components");
    components.addObject().put("type", "video").put("source", name);
    ui.putObject("metadata").put("bundle_dir", folder.toString());
    RunFiles.write(run, "ui.json", Json.write(ui));

    assertThat(Json.parse(send("GET", "r1/outputs").body()).path("outputs")).isEmpty();
    for (String path : List.of("r1/outputs/0", "r1/ui/video")) {
      Answer answer = send("GET", path);
      assertThat(answer.status()).as(path + answer.body()).isIn(403, 404);
      assertThat(answer.body()).doesNotContain(CANARY, "root:");
    }
    assertThat(send("POST", "r1/outputs/0/reveal").status()).isIn(403, 404);
    assertThat(send("GET", "r1/artifacts").body()).doesNotContain("canary");
  }

  @Test
  void whatIsFineIsServed() throws IOException {
    assertThat(send("GET", "r1/artifacts/sub/fine.txt").body()).isEqualTo("fine");
    assertThat(send("GET", "r1/artifacts/sub%2Ffine.txt").body()).isEqualTo("fine");
    assertThat(send("GET", "r1/artifacts/s%75b/fine%2etxt").body()).isEqualTo("fine");
  }
}
