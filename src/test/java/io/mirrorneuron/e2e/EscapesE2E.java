package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Surroundings;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What programs of jobs try to get hold of, and what they try to leave behind. */
@Timeout(120)
@Proof.Limits
class EscapesE2E {
  @TempDir Path folder;

  @Test
  void aProgramFindsNoSecretInTheVariablesOfServerAndRedis() throws Exception {
    Map<String, String> secrets =
        Map.of(
            "MN_API_TOKEN", "canary-api-0123456789",
            "MN_GRPC_AUTH_TOKEN", "canary-operator-0123456789",
            "MN_GRPC_ADMIN_TOKEN", "canary-admin-0123456789",
            "OPENAI_API_KEY", "canary-of-others-0123456789");
    Map<String, String> settings = new HashMap<>(secrets);
    settings.put("NOT_HIDDEN", "marker-0123456789");
    settings.put("MN_EXECUTORS_CONFINE", "off"); // a confined program sees no variables at all
    Path seen = Files.createDirectory(folder.resolve("seen"));
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"), settings)) {
      String read =
          "cat /proc/$PPID/environ > %1$s/server && cat /proc/%2$d/environ > %1$s/redis"
              .formatted(seen, server.redis().pid());
      ObjectNode end = server.awaitEnd(server.submit(job("read", read)));
      assertThat(end.at("/job/status").asText()).isEqualTo("completed");

      assertThat(seen.resolve("server")).content().contains("NOT_HIDDEN=marker", "MN_API_TOKEN=");
      assertThat(seen.resolve("server")).content().doesNotContain("canary");
      assertThat(seen.resolve("redis"))
          .content()
          .contains("PATH=")
          .doesNotContain("canary", "TOKEN");
    }
  }

  /** Its socket can be reached, as the kernel does not keep programs from sockets with a name. */
  private static final String REDIS_WITHOUT_PASSWORD =
      """
      python3 - <<'PYTHON'
      import socket, os
      s = socket.socket(socket.AF_UNIX)
      s.connect(os.environ["HOME_OF_SERVER"] + "/redis/redis.sock")
      s.sendall(b"KEYS *\\r\\n")
      answer = s.recv(4096)
      assert not answer.startswith(b"-NOAUTH"), answer
      print(answer)
      PYTHON
      """;

  /** Each ends well, and prints what it got, only when it reaches what it must not. */
  private static final String[] ESCAPES = {
    "cat $HOME_OF_SERVER/grpc_auth.token",
    "cat $HOME_OF_SERVER/grpc_admin.token",
    "cat $HOME_OF_SERVER/redis.password",
    "cat $HOME_OF_SERVER/redis/redis.conf",
    "ls $HOME_OF_SERVER",
    "ls $HOME_OF_SERVER/runs",
    "cat $HOME_OF_SERVER/runs/run-$OTHER/run.json",
    "cat $HOME_OF_SERVER/runs/run-$OTHER/result.json",
    "cat $OTHERS_WORKSPACE/mirror_neuron_input.json",
    "ls $OTHERS_WORKSPACE",
    "cat /proc/$SERVER/environ",
    "cat /proc/$REDIS/environ",
    "cat /proc/$SERVER/root$HOME_OF_SERVER/grpc_auth.token",
    "dd if=/proc/$SERVER/mem bs=1 count=1",
    "kill -0 $SERVER",
    "kill -TERM $SERVER",
    "kill -KILL $SERVER",
    "kill -KILL $REDIS",
    "kill -KILL $OTHER_PROGRAM",
    "cat /proc/$OTHER_PROGRAM/environ",
    "echo x > $HOME_OF_SERVER/escaped",
    "echo x >> $HOME_OF_SERVER/redis/redis.conf",
    "echo x > $HOME_OF_SERVER/runs/run-$OTHER/escaped",
    "echo x > $OTHERS_WORKSPACE/escaped",
    "mkdir $HOME_OF_SERVER/runs/escaped",
    "echo x > /etc/mn-escaped",
    "echo x > $HOME/mn-escaped",
    "echo x > $OUTSIDE/escaped",
    "rm -r $OUTSIDE/kept",
    "mv $OUTSIDE/kept .",
    "ln $HOME_OF_SERVER/grpc_auth.token token && cat token",
    "ln -s $HOME_OF_SERVER/grpc_auth.token token && cat token",
    "mv $HOME_OF_SERVER/grpc_auth.token .",
    "env -i setsid cat $HOME_OF_SERVER/grpc_auth.token",
    "(setsid sh -c 'cat $HOME_OF_SERVER/grpc_auth.token > got' &) ; sleep 0.3; cat got && test -s got",
    "mknod disk b 254 0",
    "unshare --mount --map-root-user cat $HOME_OF_SERVER/grpc_auth.token",
    "mount --bind $HOME_OF_SERVER . && cat grpc_auth.token",
    "python3 -c 'import ctypes; exit(ctypes.CDLL(None).ptrace(16, $SERVER, 0, 0) == 0 or 1)'",
    "python3 -c 'import os; os.truncate(\"$OUTSIDE/kept\", 0)'",
    "python3 -c 'import os; os.pidfd_open($SERVER); __import__(\"signal\").pidfd_send_signal("
        + "os.pidfd_open($SERVER), 0)'",
    REDIS_WITHOUT_PASSWORD,
  };

  /** What the account of the server may not do, whatever programs are given. */
  private static final String[] TO_ANOTHER_ACCOUNT = {
    "cat $OUTSIDE/kept", "ls $OUTSIDE", "echo x > $OUTSIDE/kept", "cat /etc/shadow",
  };

  @Test
  void aConfinedProgramReachesNothingThatIsNotItsOwn() throws Exception {
    tryAll(ESCAPES, outside(), Map.of(), Surroundings.HERE);
  }

  @Test
  void norDoesOneOfAServerWithoutRightsAndFoldersOfOthersAreNotOpenedUp() throws Exception {
    Surroundings nobody = Surroundings.ofNobody();
    Surroundings.giveToNobody(folder);
    Path outside = outside();
    Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rwx------"));
    tryAll(
        Stream.of(ESCAPES, TO_ANOTHER_ACCOUNT).flatMap(Stream::of).toArray(String[]::new),
        outside,
        Map.of("MN_EXECUTOR_SHARED_FOLDERS", outside.toString(), "HOME", folder.toString()),
        nobody);
  }

  private Path outside() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("kept"), "kept");
    return outside;
  }

  /**
   * @param outside where nothing may change
   * @param more settings
   */
  private void tryAll(
      String[] escapes, Path outside, Map<String, String> more, Surroundings surroundings)
      throws Exception {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("MN_EXECUTORS_CONFINE", "required");
    settings.put("MN_API_TOKEN", "canary-0123456789");
    try (PackagedServer server =
        PackagedServer.start(folder.resolve("home"), settings, surroundings)) {
      assertThat(server.get("/health").at("/confinement/state").asText()).isEqualTo("on");
      String other = server.submit(job("other", "sleep 100"));
      eventually("a program of another job", () -> !server.programs().isEmpty());
      Path workspace = server.workspaces().getFirst();
      Map<String, String> names =
          Map.of(
              "HOME_OF_SERVER", server.home().toString(),
              "OTHER", other,
              "OTHERS_WORKSPACE", workspace.toString(),
              "SERVER", Long.toString(server.pid()),
              "REDIS", Long.toString(server.redis().pid()),
              "OTHER_PROGRAM", Long.toString(server.programs().getFirst().pid()),
              "OUTSIDE", outside.toString());
      StringBuilder script = new StringBuilder("echo own > mine && cat mine\n");
      names.forEach((name, value) -> script.append("export %s=%s\n".formatted(name, value)));
      for (int i = 0; i < escapes.length; i++) {
        script.append("( %s\n ) >got.%d 2>&1 && echo ESCAPED %d\n".formatted(escapes[i], i, i));
      }
      script.append("cat got.* | grep -c . \n");
      ObjectNode end = server.awaitEnd(server.submit(job("escape", script.toString())));
      String printed = end.findValue("stdout").asText();
      assertThat(printed).startsWith("own\n");
      for (int i = 0; i < escapes.length; i++) {
        assertThat(printed).as(escapes[i]).doesNotContain("ESCAPED " + i + "\n");
      }
      assertThat(outside).isDirectoryContaining(path -> path.endsWith("kept"));
      assertThat(outside.resolve("kept")).content().isEqualTo("kept");
      assertThat(server.isAlive()).isTrue();
      assertThat(server.status(other)).isEqualTo("running");
    }
  }

  @Test
  void withoutConfinementTheServerSaysSo() throws Exception {
    try (PackagedServer server =
        PackagedServer.start(folder.resolve("home"), Map.of("MN_EXECUTORS_CONFINE", "off"))) {
      assertThat(server.get("/health").path("confinement"))
          .hasToString(
              "{\"mode\":\"off\",\"state\":\"off\",\"reason\":\"executor.confine is off\","
                  + "\"closed_folders\":[]}");
      assertThat(server.home().resolve("logs/mn.log"))
          .content()
          .contains("programs of steps are not confined: executor.confine is off");
      Process health =
          PackagedServer.launch(
              server.home(),
              Map.of("MN_API_BASE_URL", "http://" + server.api() + "/api/v1"),
              "runtime",
              "health");
      assertThat(PackagedServer.said(health))
          .containsPattern("confinement +warning +executor.confine off +off: executor.confine");
      ObjectNode end =
          server.awaitEnd(
              server.submit(job("read", "cat %s/grpc_auth.token".formatted(server.home()))));
      assertThat(end.at("/job/status").asText()).isEqualTo("completed");
    }
  }

  @Test
  void aBundleGetsWhatAnOperatorAllowsIt() throws Exception {
    Path more = Files.createDirectory(folder.resolve("more"));
    Path home = folder.resolve("home");
    ObjectNode manifest =
        Json.parseObject(
            job(
                "more",
                "echo got > %1$s/it; until test -e %1$s/go; do sleep 0.05; done".formatted(more)),
            "manifest");
    manifest.putObject("confinement").putArray("write").add(more.toString());
    String fingerprint;
    String done;
    String open;
    try (PackagedServer server = PackagedServer.start(home)) {
      HttpResponse<String> refused = submit(server, manifest);
      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(412);
      assertThat(refused.body()).contains("confinement_not_allowed", "executor.allowed_bundles");
      Matcher named = Pattern.compile("add ([0-9a-f]{64}) to").matcher(refused.body());
      assertThat(named.find()).isTrue();
      fingerprint = named.group(1);
    }
    try (PackagedServer server =
        PackagedServer.start(home, Map.of("MN_EXECUTOR_ALLOWED_BUNDLES", fingerprint))) {
      done = PackagedServer.answer(submit(server, manifest)).path("job_id").asText();
      Files.createFile(more.resolve("go"));
      assertThat(server.awaitEnd(done).at("/job/status").asText()).isEqualTo("completed");
      assertThat(more.resolve("it")).content().isEqualTo("got\n");
      Files.delete(more.resolve("go"));
      open = PackagedServer.answer(submit(server, manifest)).path("job_id").asText();

      String without = server.submit(job("less", "echo got > %s/it".formatted(more)));
      ObjectNode end = server.awaitEnd(without);
      assertThat(end.at("/job/status").asText()).isEqualTo("failed");
      assertThat(end.at("/job/result/status_reason").asText()).contains("perhaps confined");
      assertThat(end.at("/job/result/error/remediation").asText())
          .contains("On this server programs write to")
          .doesNotContain("max_attempts");
    }
    try (PackagedServer server = PackagedServer.start(home)) {
      ObjectNode end = server.awaitEnd(open);
      String reason = end.at("/job/result/status_reason").asText();
      assertThat(reason).endsWith("add " + fingerprint + " to executor.allowed_bundles");
      assertThat(server.get("/jobs/" + open + "/why").toString()).contains(fingerprint);
      assertThat(end.at("/job/result/error/remediation").asText())
          .contains("MN_EXECUTOR_ALLOWED_BUNDLES")
          .doesNotContain("max_attempts");
      HttpResponse<String> fork = server.post("/jobs/" + done + "/fork", Json.object());
      assertThat(fork.statusCode()).as(fork.body()).isEqualTo(412);
      assertThat(fork.body()).contains("confinement_not_allowed", fingerprint);
    }
  }

  private static HttpResponse<String> submit(PackagedServer server, ObjectNode manifest) {
    return server.post("/jobs", Json.object().put("manifest_json", Json.write(manifest)));
  }

  @Test
  void theStartAfterAKillEndsWhatHides() throws IOException {
    String seconds = "3313.7" + ProcessHandle.current().pid();
    String script =
        "setsid env -i sleep %1$s </dev/null >/dev/null 2>&1 & setsid env -i sleep %1$s & "
            .formatted(seconds);
    Path go = PackagedServer.shared(folder.resolve("home")).resolve("go");
    Files.createDirectories(go.getParent());
    String waits = "while [ ! -e %s ]; do sleep 0.05; done".formatted(go);
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"))) {
      long redis = server.redis().pid();
      String job = server.submit(job("hide", script + waits));
      eventually("hidden processes", () -> sleeping(seconds) == 2);
      server.kill9();
      assertThat(sleeping(seconds)).isEqualTo(2);

      server.restart();
      Files.createFile(go);
      assertThat(server.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
      eventually("the end of hidden processes", () -> sleeping(seconds) == 0);

      server.submit(job("again", script + "sleep 100"));
      eventually("hidden processes", () -> sleeping(seconds) == 2);
      assertThat(server.redis().pid()).isEqualTo(redis);
      assertThat(server.terminate()).isZero();
      assertThat(sleeping(seconds)).isZero();
    }
  }

  @Test
  void redisIsNoLeftover() {
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"))) {
      ProcessHandle redis = server.redis();
      String seconds = "3313.8" + ProcessHandle.current().pid();
      String script = "setsid env -i sleep %s </dev/null >/dev/null 2>&1 &".formatted(seconds);
      server.awaitEnd(server.submit(job("swept", script + " sleep 0.2")));
      eventually("a sweep", () -> sleeping(seconds) == 0);

      assertThat(server.redis()).isEqualTo(redis);
      assertThat(server.findRedis()).isPresent();
    }
  }

  private static long sleeping(String seconds) {
    return ProcessHandle.allProcesses()
        .flatMap(process -> process.info().arguments().stream())
        .filter(arguments -> arguments.length == 1 && arguments[0].equals(seconds))
        .count();
  }

  private static String job(String graph, String script) {
    return SampleManifests.fanOut(graph, Set.of("worker"), _ -> new String[] {"sh", "-c", script});
  }
}
