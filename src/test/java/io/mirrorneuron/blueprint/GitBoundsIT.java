package io.mirrorneuron.blueprint;

import static io.mirrorneuron.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mirrorneuron.blueprint.GitCatalog.GitHome;
import io.mirrorneuron.blueprint.GitClone.RemoteBounds;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.testing.TurnedClock;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.util.FS;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Remotes that send more than a catalog can be. */
class GitBoundsIT {
  private static final String ID = "0123456789012345678901234567890123456789";
  private static final String ADVERTISED = "application/x-git-upload-pack-advertisement";
  private static final String RESULT = "application/x-git-upload-pack-result";

  private final AtomicLong sent = new AtomicLong();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  @TempDir private Path folder;
  private HttpServer server;

  /** Git tries out the clock of the disk once, in a folder that must not go meanwhile. */
  @BeforeAll
  static void tryTheDisk(@TempDir Path home) {
    GitHome.in(home);
    FS.FileStoreAttributes.setBackground(false);
    FS.getFileStoreAttributes(home);
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.close();
  }

  private String url() {
    return "http://ada:hunter2@127.0.0.1:" + server.getAddress().getPort() + "/a/blueprints.git";
  }

  private GitCatalog source(String from) {
    Duration minute = Duration.ofMinutes(1);
    TurnedClock clock = new TurnedClock(Instant.parse("2026-01-01T00:00:00Z"));
    return new GitCatalog(from, folder.resolve("cache"), minute, minute, () -> 0, clock);
  }

  private static String packet(String text) {
    return "%04x%s".formatted(text.length() + 4, text);
  }

  /** Begins an answer and goes on with the same, for ever or until nobody reads. */
  private void endless(
      HttpExchange call, String type, String begin, LongFunction<String> line, boolean zipped)
      throws IOException {
    call.getRequestBody().readAllBytes();
    call.getResponseHeaders().add("Content-Type", type);
    if (zipped) {
      call.getResponseHeaders().add("Content-Encoding", "gzip");
    }
    call.sendResponseHeaders(200, 0);
    try (OutputStream raw = call.getResponseBody();
        OutputStream out = new BufferedOutputStream(zipped ? new GZIPOutputStream(raw) : raw)) {
      out.write(begin.getBytes(US_ASCII));
      for (long i = 0; sent.get() < 1L << 32; i++) {
        byte[] next = line.apply(i).getBytes(US_ASCII);
        sent.addAndGet(next.length);
        out.write(next);
      }
    }
  }

  private void advertise(HttpExchange call, String text) throws IOException {
    byte[] bytes = text.getBytes(US_ASCII);
    call.getResponseHeaders().add("Content-Type", ADVERTISED);
    call.sendResponseHeaders(200, bytes.length);
    try (OutputStream out = call.getResponseBody()) {
      out.write(bytes);
    }
  }

  private void isRefused(String words) {
    try (GitCatalog source = source(url())) {
      // a caller waits for ten seconds, which are too few on a slow machine
      eventually("the fetch is over", Duration.ofMinutes(1), () -> !isFetching(source));
      assertThatThrownBy(source::folder)
          .isInstanceOf(MnException.class)
          .hasMessageStartingWith("blueprint repo clone failed: ")
          .hasMessageContaining(words)
          .hasMessageNotContainingAny("hunter2", "/proc/", folder.toString());
    }
  }

  private static boolean isFetching(GitCatalog source) {
    try {
      source.folder();
      return false;
    } catch (MnException e) {
      return e.getMessage().startsWith("the blueprint catalog is being fetched");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aListOfRefsHasAnEnd(boolean zipped) {
    LongFunction<String> line = i -> packet(ID + " refs/heads/branch" + i + "\n");
    String begin = packet("# service=git-upload-pack\n") + "0000";
    server.createContext("/", call -> endless(call, ADVERTISED, begin, line, zipped));
    isRefused("the list of refs of the repository has more than 8388608 bytes");
    assertThat(sent.get()).isLessThan(256 << 20);
  }

  @Test
  void soHasTheListOfPlainFiles() {
    server.createContext(
        "/", call -> endless(call, "text/plain", "", i -> ID + "\trefs/heads/" + i + "\n", false));
    isRefused("the list of refs of the repository has more than 8388608 bytes");
  }

  @Test
  void soHasTheListOfTheSecondProtocol() {
    server.createContext(
        "/a/blueprints.git/info/refs",
        call ->
            advertise(
                call,
                packet("# service=git-upload-pack\n")
                    + "0000"
                    + packet("version 2\n")
                    + packet("ls-refs\n")
                    + packet("fetch=shallow\n")
                    + "0000"));
    server.createContext(
        "/a/blueprints.git/git-upload-pack",
        call -> endless(call, RESULT, "", i -> packet(ID + " refs/heads/" + i + "\n"), false));
    isRefused("the list of refs of the repository has more than 8388608 bytes");
  }

  @Test
  void objectsAreCountedBeforeThereIsRoomForThem() {
    byte[] head = {'P', 'A', 'C', 'K', 0, 0, 0, 2, 0x7F, 0, 0, 0};
    assertThatThrownBy(() -> RemoteBounds.pack(new ByteArrayInputStream(head)))
        .hasMessage("the repository sends more than 1000000 objects");
  }

  @Test
  void aCheckoutIsMeasuredBeforeItIsMade() throws Exception {
    Path remote = folder.resolve("remote");
    try (Git git = Git.init().setDirectory(remote.toFile()).call()) {
      commit(git, 0);
      String url = remote.toUri().toString();
      try (GitCatalog source = source(url)) {
        Catalogs catalogs = new Catalogs(source, () -> 0);
        assertThat(catalogs.current().blueprints()).extracting(Blueprint::id).containsExactly("a");
        commit(git, 3);
        assertThat(source.refresh())
            .singleElement(STRING)
            .contains("the repository has more than 200000 files and folders");
        assertThat(catalogs.current().blueprints()).extracting(Blueprint::id).containsExactly("a");
        assertThat(Files.list(catalogs.current().folder())).hasSize(2);
      }
    }
  }

  /** A few objects that are 100 times as many files with each level. */
  private static void commit(Git git, int levels) throws IOException {
    try (ObjectInserter objects = git.getRepository().newObjectInserter()) {
      ObjectId file = objects.insert(Constants.OBJ_BLOB, "[{\"id\":\"a\"}]".getBytes(US_ASCII));
      TreeFormatter root = new TreeFormatter();
      ObjectId below = file;
      FileMode mode = FileMode.REGULAR_FILE;
      for (int level = 0; level < levels; level++) {
        TreeFormatter tree = new TreeFormatter();
        for (int i = 100; i < 200; i++) {
          tree.append("f" + i, mode, below);
        }
        below = objects.insert(tree);
        mode = FileMode.TREE;
      }
      if (levels > 0) {
        root.append("all", mode, below);
      }
      root.append("index.json", FileMode.REGULAR_FILE, file);
      CommitBuilder commit = new CommitBuilder();
      commit.setTreeId(objects.insert(root));
      commit.setAuthor(new PersonIdent("a", "a@b"));
      commit.setCommitter(new PersonIdent("a", "a@b"));
      commit.setMessage("some");
      ObjectId made = objects.insert(commit);
      objects.flush();
      RefUpdate head = git.getRepository().updateRef(Constants.HEAD);
      head.setNewObjectId(made);
      head.forceUpdate();
    }
  }

  @Test
  void whyARemoteCannotBeReadIsTold() {
    server.createContext(
        "/",
        call -> {
          call.sendResponseHeaders(404, -1);
          call.close();
        });
    isRefused("not found");
    server.stop(0);
    isRefused("Connection refused");
  }
}
