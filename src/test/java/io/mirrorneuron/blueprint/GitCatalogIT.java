package io.mirrorneuron.blueprint;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.blueprint.GitCatalog.GitHome;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.Whole;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.Daemon;
import org.eclipse.jgit.transport.DaemonClient;
import org.eclipse.jgit.util.FS;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A catalog in a repository that a real git server serves, which is slow or away at times. */
@Whole
class GitCatalogIT {
  private static final Duration REFRESH = Duration.ofMinutes(1);
  private static final Duration KEPT = Duration.ofDays(30);
  private static final Duration SOON = Duration.ofSeconds(20);

  private final AtomicLong time = new AtomicLong();
  private final AtomicInteger fetches = new AtomicInteger();
  private final List<GitCatalog> sources = new ArrayList<>();
  private volatile CountDownLatch open = new CountDownLatch(0);
  @TempDir private Path folder;
  private Git remote;
  private Daemon server;

  /** Git tries out the clock of the disk once, in a folder that must not go meanwhile. */
  @BeforeAll
  static void tryTheDisk(@TempDir Path home) {
    GitHome.in(home);
    FS.FileStoreAttributes.setBackground(false);
    FS.getFileStoreAttributes(home);
  }

  @BeforeEach
  void start() throws GitAPIException, IOException {
    remote = Git.init().setDirectory(folder.resolve("remote").toFile()).call();
    commit("index.json", "[{\"id\":\"first\"}]");
    server = new Daemon(new InetSocketAddress("127.0.0.1", 0));
    server.getService("git-upload-pack").setEnabled(true);
    server.setRepositoryResolver(this::repository);
    server.start();
  }

  @AfterEach
  void stop() {
    open.countDown();
    sources.forEach(GitCatalog::close);
    server.stop();
    remote.close();
  }

  private Repository repository(DaemonClient client, String name) {
    fetches.incrementAndGet();
    try {
      open.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    remote.getRepository().incrementOpen();
    return remote.getRepository();
  }

  private void commit(String file, String text) throws GitAPIException, IOException {
    Path path = remote.getRepository().getWorkTree().toPath().resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
    remote.add().addFilepattern(".").call();
    remote.commit().setMessage(file).setAuthor("a", "a@b").setCommitter("a", "a@b").call();
  }

  private String url() {
    return "git://127.0.0.1:" + server.getAddress().getPort() + "/blueprints.git";
  }

  private final TurnedClock clock = new TurnedClock(Instant.parse("2026-01-01T00:00:00Z"));

  private GitCatalog source() {
    return source(url());
  }

  private GitCatalog source(String from) {
    GitCatalog source =
        new GitCatalog(from, folder.resolve("cache"), REFRESH, KEPT, time::get, clock);
    sources.add(source);
    return source;
  }

  @Test
  void clonesThatNobodyAsksForGoAfterAMonth() throws Exception {
    new Catalogs(source(url()), time::get).current();
    Path old = Files.createDirectories(folder.resolve("cache/other-0123456789ab/.git")).getParent();
    Path notOurs = Files.createDirectories(folder.resolve("cache/notes-0123456789ab"));
    for (Path each : List.of(old, notOurs)) {
      Files.setLastModifiedTime(each, FileTime.from(clock.instant()));
    }
    clock.turn(Duration.ofDays(29));
    source(url()).refresh();
    assertThat(old).exists();
    clock.turn(Duration.ofDays(2));
    GitCatalog configured = source(url());
    configured.refresh();

    assertThat(old).doesNotExist();
    assertThat(notOurs).exists();
    assertThat(ids(new Catalogs(configured, time::get))).containsExactly("first");
  }

  private static List<String> ids(Catalogs catalogs) {
    return catalogs.current().blueprints().stream().map(Blueprint::id).toList();
  }

  private boolean fetchedAgain(Catalogs catalogs, int times) {
    later();
    ids(catalogs);
    return fetches.get() >= times;
  }

  private void later() {
    time.addAndGet(REFRESH.plusSeconds(1).toNanos());
  }

  @Test
  void itIsClonedAndFollowsTheRemote() throws Exception {
    Catalogs catalogs = new Catalogs(source(), time::get);
    assertThat(ids(catalogs)).containsExactly("first");
    assertThat(catalogs.current().folder().getFileName().toString())
        .matches("blueprints-[0-9a-f]{12}");
    commit("index.json", "[{\"id\":\"second\"}]");
    assertThat(ids(catalogs)).containsExactly("first");
    later();
    eventually("the new one is there", SOON, () -> ids(catalogs).equals(List.of("second")));
    assertThat(fetches).hasValue(2);
  }

  @Test
  void manyWhoAskAtOnceCauseOneFetch() throws Exception {
    Catalogs catalogs = new Catalogs(source(), time::get);
    open = new CountDownLatch(1);
    try (ExecutorService many = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<List<String>> one = () -> ids(catalogs);
      List<Future<List<String>>> asked = Stream.generate(() -> many.submit(one)).limit(20).toList();
      eventually("it is asked", SOON, () -> fetches.get() > 0);
      open.countDown();
      for (Future<List<String>> answer : asked) {
        assertThat(answer.get()).containsExactly("first");
      }
    }
    assertThat(fetches).hasValue(1);
  }

  @Test
  void manyWhoAskWhenItIsTimeToLookCauseOneFetchAndWaitForNone() throws Exception {
    Catalogs catalogs = new Catalogs(source(), time::get);
    assertThat(ids(catalogs)).containsExactly("first");
    commit("index.json", "[{\"id\":\"second\"}]");
    open = new CountDownLatch(1);
    later();
    try (ExecutorService many = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<List<String>> one = () -> ids(catalogs);
      List<Future<List<String>>> asked = Stream.generate(() -> many.submit(one)).limit(20).toList();
      for (Future<List<String>> answer : asked) {
        assertThat(answer.get()).containsExactly("first");
      }
    }
    open.countDown();
    eventually("the new one is there", SOON, () -> ids(catalogs).equals(List.of("second")));
    assertThat(fetches).hasValue(2);
  }

  @Test
  void aSlowOrAbsentRemoteCostsNothing() throws Exception {
    Catalogs catalogs = new Catalogs(source(), time::get);
    assertThat(ids(catalogs)).containsExactly("first");
    open = new CountDownLatch(1);
    later();
    assertThat(ids(catalogs)).containsExactly("first");
    eventually("it is asked", SOON, () -> fetches.get() == 2);
    assertThat(ids(catalogs)).containsExactly("first");
    open.countDown();
    server.stopAndWait();
    later();
    assertThat(ids(catalogs)).containsExactly("first");
    Catalogs afterRestart = new Catalogs(source(), time::get);
    assertThat(ids(afterRestart)).containsExactly("first");
  }

  @Test
  void aRemoteThatWasNeverThereIsToldWithoutItsPassword() throws Exception {
    server.stopAndWait();
    String secret = "http://ada:hunter2@127.0.0.1:9/blueprints.git";
    GitCatalog source = source(secret);
    assertThatThrownBy(source::folder)
        .isInstanceOf(MnException.class)
        .hasMessageStartingWith("blueprint repo clone failed: ")
        .hasMessageNotContaining("hunter2")
        .extracting(failure -> ((MnException) failure).code())
        .isEqualTo(ErrorCode.INTERNAL);
    assertThat(folder.resolve("cache")).isDirectoryNotContaining("glob:**.new");
  }

  @Test
  void whatSomebodyChangedInItStays() throws Exception {
    commit("other/notes.md", "as made");
    Catalogs catalogs = new Catalogs(source(), time::get);
    Path clone = catalogs.current().folder();
    Files.writeString(clone.resolve("other/notes.md"), "edited here");
    commit("index.json", "[{\"id\":\"second\"}]");
    later();
    eventually("the new one is there", SOON, () -> ids(catalogs).equals(List.of("second")));
    assertThat(clone.resolve("other/notes.md")).hasContent("edited here");

    commit("other/notes.md", "changed there");
    commit("index.json", "[{\"id\":\"third\"}]");
    int before = fetches.get();
    eventually("it was looked at and done with", SOON, () -> fetchedAgain(catalogs, before + 2));
    assertThat(ids(catalogs)).containsExactly("second");
    assertThat(clone.resolve("other/notes.md")).hasContent("edited here");
  }

  @Test
  void whatAKilledServerLeftLocksNobodyOut() throws Exception {
    Path clone = new Catalogs(source(), time::get).current().folder();
    for (String lock : List.of("index.lock", "shallow.lock", "refs/remotes/origin/head.lock")) {
      Path file = clone.resolve(".git").resolve(lock);
      Files.createDirectories(file.getParent());
      Files.createFile(file);
    }
    commit("index.json", "[{\"id\":\"second\"}]");

    GitCatalog afterRestart = source();
    afterRestart.refresh();

    assertThat(ids(new Catalogs(afterRestart, time::get))).containsExactly("second");
    assertThat(clone.resolve(".git")).isDirectoryNotContaining("glob:**.lock");
  }

  @Test
  void whatAKilledServerHasCheckedOutInPartIsCheckedOutInWhole() throws Exception {
    commit("other/notes.md", "as made");
    Path clone = new Catalogs(source(), time::get).current().folder();
    commit("other/notes.md", "changed there");
    commit("index.json", "[{\"id\":\"second\"}]");
    Files.writeString(clone.resolve("other/notes.md"), "changed there");
    Files.createFile(clone.resolve(".git/index.lock"));

    GitCatalog afterRestart = source();
    afterRestart.refresh();

    assertThat(ids(new Catalogs(afterRestart, time::get))).containsExactly("second");
  }

  @Test
  void aFolderThatIsNoRepositoryIsUsedAsItIs() throws Exception {
    Path clone = new Catalogs(source(), time::get).current().folder();
    Path put = Files.move(clone, clone.resolveSibling("put"));
    Files.createDirectories(clone);
    Files.writeString(clone.resolve("index.json"), "[{\"id\":\"own\"}]");
    commit("index.json", "[{\"id\":\"second\"}]");
    int before = fetches.get();

    GitCatalog afterRestart = source();
    afterRestart.refresh();

    assertThat(ids(new Catalogs(afterRestart, time::get))).containsExactly("own");
    assertThat(fetches).hasValue(before);
    assertThat(put).exists();
  }

  @Test
  void aBrokenObjectLeavesTheLastGoodState() throws Exception {
    Catalogs catalogs = new Catalogs(source(), time::get);
    Path clone = catalogs.current().folder();
    try (Stream<Path> objects = Files.walk(clone.resolve(".git/objects"))) {
      for (Path object : objects.filter(Files::isRegularFile).toList()) {
        Files.delete(object);
        Files.writeString(object, "broken");
      }
    }
    commit("index.json", "[{\"id\":\"second\"}]");
    later();
    assertThat(ids(catalogs)).containsExactly("first");
    eventually("it was tried", SOON, () -> fetches.get() == 2);
    assertThat(ids(catalogs)).containsExactly("first");
  }

  /** One bad commit takes nothing away, neither now nor from the next server. */
  @Test
  void aCommitThatIsNoCatalogIsNotServed_andAnUpdateSaysWhy() throws Exception {
    GitCatalog source = source();
    Catalogs catalogs = new Catalogs(source, time::get);
    assertThat(ids(catalogs)).containsExactly("first");
    commit("index.json", "[{\"id\": \"second\"},\n {\"id\": ]");

    assertThat(catalogs.refreshed().warnings())
        .singleElement()
        .asString()
        .contains("index.json is malformed at line 2, column ");
    assertThat(ids(catalogs)).containsExactly("first");
    commit("index.json", "{\"a\": 1}");
    assertThat(catalogs.refreshed().warnings()).asString().contains("must be a list");
    Catalogs next = new Catalogs(source(), time::get);
    assertThat(ids(next)).containsExactly("first");
    assertThat(next.refreshed().warnings()).asString().contains("must be a list");

    commit("index.json", "[{\"id\":\"third\"}]");
    assertThat(catalogs.refreshed().warnings()).isEmpty();
    assertThat(ids(catalogs)).containsExactly("third");
  }

  @Test
  void anUpdateSaysWhichFilesWereChangedHere_andThatTheRemoteIsAway() throws Exception {
    Catalogs catalogs = new Catalogs(source(), time::get);
    Path clone = catalogs.current().folder();
    Files.writeString(clone.resolve("index.json"), "[{\"id\":\"edited\"}]");
    commit("index.json", "[{\"id\":\"second\"}]");

    assertThat(catalogs.refreshed().warnings()).singleElement().asString().contains("index.json");
    assertThat(ids(catalogs)).containsExactly("edited");
    server.stopAndWait();
    assertThat(catalogs.refreshed().warnings())
        .singleElement()
        .asString()
        .startsWith("the catalog could not be fetched, and stays as it is: ");
    assertThat(ids(catalogs)).containsExactly("edited");
  }
}
