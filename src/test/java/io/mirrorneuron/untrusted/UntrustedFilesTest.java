package io.mirrorneuron.untrusted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.untrusted.OpenFolder.OpenFile;
import io.mirrorneuron.untrusted.UntrustedFiles.OtherNames;
import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program puts everything that it can in the place of files and folders. */
@Timeout(60) // a pipe that is opened waits for ever
class UntrustedFilesTest {
  private static final String SECRET = "the token";

  @TempDir Path temp;
  private Path run;
  private Path secret;

  @BeforeEach
  void make() throws IOException {
    temp = temp.toRealPath();
    run = Files.createDirectories(temp.resolve("runs/r1"));
    secret = Files.writeString(temp.resolve("token"), SECRET);
  }

  private static void pipe(Path path) throws Exception {
    assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
  }

  private String read(String name) throws IOException {
    try (OpenFile file = UntrustedFiles.open(run.resolve(name), run)) {
      return new String(file.stream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void isRefused(String name, String reason) {
    assertThatThrownBy(() -> read(name))
        .isInstanceOf(RefusedFile.class)
        .hasMessageContaining(reason);
    assertThat(UntrustedFiles.fault(run.resolve(name), run)).contains(reason);
  }

  @Test
  void plainFilesAreRead() throws IOException {
    Files.createDirectory(run.resolve("a"));
    Files.writeString(run.resolve("a/b.txt"), "fine");

    assertThat(read("a/b.txt")).isEqualTo("fine");
    assertThat(UntrustedFiles.fault(run.resolve("a/b.txt"), run)).isNull();
    assertThatThrownBy(() -> read("a/c.txt"))
        .isInstanceOf(NoSuchFileException.class)
        .isNotInstanceOf(RefusedFile.class);
  }

  @Test
  void linksAreNotFollowedWhereverTheyAreOnTheWay() throws IOException {
    Files.createSymbolicLink(run.resolve("file"), secret);
    Files.createSymbolicLink(run.resolve("folder"), temp);
    Files.createSymbolicLink(run.resolve("nowhere"), temp.resolve("nothing"));
    Files.createSymbolicLink(temp.resolve("runs/r2"), run);
    Files.writeString(run.resolve("plain"), "x");

    isRefused("file", "symbolic link");
    isRefused("folder/token", "symbolic link");
    isRefused("nowhere", "symbolic link");
    isRefused("../r2/plain", "symbolic link");
  }

  @Test
  void aLinkMayLeadToAnotherPlaceInTheFolderWhereThatIsAskedFor() throws IOException {
    Files.writeString(run.resolve("plain"), "x");
    Files.createSymbolicLink(run.resolve("in"), Path.of("plain"));
    Files.createSymbolicLink(run.resolve("out"), secret);

    assertThat(UntrustedFiles.read(run.resolve("in"), run, 9)).isEqualTo(new byte[] {'x'});
    assertThatThrownBy(() -> UntrustedFiles.read(run.resolve("out"), run, 99))
        .isInstanceOf(RefusedFile.class);
  }

  @Test
  void pipesAndFoldersAreNotOpened() throws Exception {
    pipe(run.resolve("pipe"));
    Files.createDirectory(run.resolve("folder"));

    isRefused("pipe", "no regular file");
    isRefused("folder", "no regular file");
    assertThatThrownBy(() -> UntrustedFiles.open(Path.of("/dev/zero")))
        .isInstanceOf(RefusedFile.class);
  }

  @Test
  void aFileWithANameElsewhereIsRefusedUnlessAllItsNamesAreInTheFolder() throws IOException {
    Files.createLink(run.resolve("stolen"), secret);
    Files.createDirectory(run.resolve("copies"));
    Files.writeString(run.resolve("own"), "x");
    Files.createLink(run.resolve("copies/own"), run.resolve("own"));

    isRefused("stolen", "another name");
    assertThat(read("own")).isEqualTo("x");
    assertThat(read("copies/own")).isEqualTo("x");
    Files.createLink(temp.resolve("outside"), run.resolve("own"));
    isRefused("own", "another name");
  }

  @Test
  void onKernelsWithoutTheCallTheSameIsRefused() throws Exception {
    Files.createSymbolicLink(run.resolve("file"), secret);
    Files.createSymbolicLink(run.resolve("folder"), temp);
    pipe(run.resolve("pipe"));
    Files.writeString(run.resolve("plain"), "x");

    for (String link : new String[] {"file", "folder/token"}) {
      assertThatThrownBy(() -> Handle.named(run.resolve(link))).isInstanceOf(RefusedFile.class);
    }
    assertThat(Handle.named(run.resolve("pipe")).status().isFile()).isFalse();
    Handle plain = Handle.named(run.resolve("plain"));
    assertThat(plain.status().isFile()).isTrue();
    Files.move(secret, run.resolve("plain"), StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> plain.channel(Set.of(StandardOpenOption.READ)))
        .isInstanceOf(RefusedFile.class);
  }

  @Test
  void whatIsInTheWayOfAWriteGoesAndNothingIsWrittenThroughIt() throws Exception {
    Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
    Files.createSymbolicLink(run.resolve(".mn"), elsewhere);
    Files.createSymbolicLink(run.resolve("link"), secret);
    Files.createLink(run.resolve("twin"), secret);
    pipe(run.resolve("pipe"));

    try (OpenFolder in = OpenFolder.at(run);
        OpenFolder hidden = in.in(".mn")) {
      hidden.put("lock", new byte[] {1});
      for (String name : new String[] {"link", "twin", "pipe"}) {
        try (FileChannel file = in.append(name)) {
          file.write(ByteBuffer.wrap(new byte[] {'x'}));
        }
        assertThat(run.resolve(name)).hasContent("x").isRegularFile();
      }
    }
    assertThat(elsewhere).isEmptyDirectory();
    assertThat(run.resolve(".mn/lock")).isRegularFile();
    assertThat(secret).hasContent(SECRET);
  }

  @Test
  void aFolderThatIsRenamedTakesWhatIsWrittenAlong() throws IOException {
    Files.createDirectory(run.resolve("logs"));
    try (OpenFolder in = OpenFolder.at(run.resolve("logs"))) {
      Files.move(run.resolve("logs"), run.resolve("moved"));
      Files.createSymbolicLink(run.resolve("logs"), temp);
      in.put("token", new byte[] {'x'});
    }
    assertThat(secret).hasContent(SECRET);
    assertThat(run.resolve("moved/token")).hasContent("x");
  }

  @Test
  void namesLeadNowhere() throws IOException {
    try (OpenFolder in = OpenFolder.at(run)) {
      for (String name : new String[] {"..", ".", "", "a/b", "../token"}) {
        assertThatThrownBy(() -> in.delete(name)).isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void aTreeIsRemovedAndWhatItsLinksLeadToStays() throws Exception {
    Files.createDirectories(run.resolve("a/b/c"));
    Files.writeString(run.resolve("a/b/c/d"), "x");
    Files.createSymbolicLink(run.resolve("a/b/out"), temp);
    pipe(run.resolve("a/pipe"));
    try (OpenFolder runs = OpenFolder.at(temp.resolve("runs"))) {
      runs.deleteTree("r1");
    }
    assertThat(run).doesNotExist();
    assertThat(secret).hasContent(SECRET);
  }

  /** Names are any bytes, rights are taken, and neither stack nor descriptors suffice for all. */
  @Test
  void aTreeIsRemovedHoweverDeepItIs() throws Exception {
    Files.createSymbolicLink(run.resolve("out"), temp);
    String nest =
        "for (1..3000) { my $n = $_ % 3 ? 'd' x ($_ % 200 + 1) : qq(\\xff$_); push @names, $n;"
            + " mkdir $n or die; open my $f, '>', qq($n/\\xfe); symlink $ARGV[0], qq($n/link);"
            + " mkdir qq($n/empty); chdir $n or die }"
            + " while (@names) { chdir '..'; chmod $i++ % 2 ? 0 : 0500, pop @names }";
    Process nesting =
        new ProcessBuilder("perl", "-e", nest, temp.toString()).directory(run.toFile()).start();
    assertThat(nesting.waitFor()).isZero();
    String[] failure = {null};

    Thread small = new Thread(null, () -> failure[0] = removed("r1"), "small", 256 << 10);
    small.start();
    small.join();

    assertThat(failure[0]).isNull();
    assertThat(run).doesNotExist();
    assertThat(secret).hasContent(SECRET);
  }

  /** Answers what went wrong, or null. */
  private String removed(String name) {
    try (OpenFolder runs = OpenFolder.at(temp.resolve("runs"))) {
      runs.deleteTree(name);
      return null;
    } catch (IOException | RuntimeException | Error e) {
      return e.toString();
    }
  }

  /** The place is a plain file at each look, and something else right after it. */
  @Test
  void whoReplacesAFileWhileItIsOpenedGetsNothing() throws Exception {
    Path fine = Files.writeString(run.resolve("fine"), "fine");
    Path target = run.resolve("target");
    pipe(run.resolve("pipe"));
    Files.createDirectory(run.resolve("folder"));
    Files.writeString(run.resolve("folder/token"), "fine");
    AtomicBoolean stop = new AtomicBoolean();
    Thread program = Thread.ofPlatform().start(() -> swap(fine, target, stop));
    int[] seen = {0, 0};
    try {
      for (int i = 0; i < 200; i++) {
        for (String name : new String[] {"target", "folder/token"}) {
          try {
            assertThat(read(name)).isIn("fine", ""); // empty where the server made it anew
            seen[0]++;
          } catch (NoSuchFileException e) {
            seen[1]++;
          }
        }
        try (OpenFolder in = OpenFolder.at(run);
            FileChannel file = in.append("target")) {
          file.write(ByteBuffer.allocate(0));
        } catch (RefusedFile e) {
          seen[1]++; // it was replaced all the time
        }
      }
    } finally {
      stop.set(true);
      program.join();
    }
    assertThat(seen[0]).as("times that it was a file").isPositive();
    assertThat(seen[1]).as("times that it was none").isPositive();
    assertThat(secret).hasContent(SECRET);
  }

  /** Whoever counts its names before or after the other one is gone counts one. */
  @Test
  void anotherFilesNameThatIsTakenAwayWhileItIsOpenedGivesNothing() throws Exception {
    List<String> read = new ArrayList<>();
    whileSecretComesAndGoes(
        () -> {
          try {
            read.add(read("target"));
          } catch (NoSuchFileException e) {
            // the secret had the name
          }
          return read.size() < 500;
        });
    assertThat(Set.copyOf(read)).isEqualTo(Set.of("fine"));
  }

  /** The kernel counts one name less before that name is gone. */
  @Test
  void aNameThatIsBeingRemovedIsNotThere() throws Exception {
    Object key = Files.readAttributes(secret, BasicFileAttributes.class).fileKey();
    int[] seen = {0, 0, 0};
    whileSecretComesAndGoes(
        () -> {
          try (Handle held = Handle.at(run.resolve("target"))) {
            if (held.status().links() == 1 && held.key().equals(key)) {
              seen[0]++;
              seen[1] += held.hasItsName() ? 1 : 0;
            }
          }
          return seen[0] < 5_000 && seen[2]++ < 200_000;
        });
    assertThat(seen[0]).as("times that it had one name").isPositive();
    assertThat(seen[1]).as("times that it seemed to be ours").isZero();
  }

  /** While a program gives the secret a name in its folder, and takes it away, again and again. */
  private void whileSecretComesAndGoes(Callable<Boolean> again) throws Exception {
    Path target = Files.writeString(run.resolve("target"), "fine");
    Path next = run.resolve("next");
    AtomicBoolean stop = new AtomicBoolean();
    FutureTask<Void> program =
        new FutureTask<>(
            () -> {
              while (!stop.get()) {
                Files.createLink(next, secret);
                Files.move(next, target, StandardCopyOption.ATOMIC_MOVE);
                Files.writeString(next, "fine");
                Files.move(next, target, StandardCopyOption.ATOMIC_MOVE);
              }
              return null;
            });
    Thread.ofPlatform().start(program);
    try {
      while (!program.isDone() && again.call()) {}
    } finally {
      stop.set(true);
      program.get();
    }
  }

  @Test
  void aNameThatIsGivenAgainIsAnother() throws Exception {
    Path file = Files.createLink(run.resolve("file (deleted)"), secret);
    try (Handle held = Handle.at(file)) {
      assertThat(held.hasItsName()).isTrue();
      Files.delete(file);
      assertThat(held.hasItsName()).isFalse();
      Files.createLink(file, secret);
      assertThat(held.hasItsName()).isFalse();
    }
  }

  /** Two names when it was opened, two in the folder, and one outside. */
  @Test
  void namesThatAreAddedWhileItIsOpenedAreCounted() throws Exception {
    Path file = Files.createLink(run.resolve("file"), secret);
    try (Handle held = Handle.at(file)) {
      assertThat(held.status().links()).isEqualTo(2);
      Files.createLink(run.resolve("more"), secret);

      assertThat(OtherNames.areWithin(run, held)).isFalse();
    }
  }

  private void swap(Path fine, Path target, AtomicBoolean stop) {
    Path next = run.resolve("next");
    Path folder = run.resolve("folder");
    Path aside = run.resolve("aside");
    for (int i = 0; !stop.get(); i++) {
      try {
        Files.deleteIfExists(next);
        switch (i % 4) {
          case 0 -> Files.createSymbolicLink(next, secret);
          case 1 -> Files.createLink(next, secret);
          case 2 -> Files.createLink(next, run.resolve("pipe"));
          default -> Files.writeString(next, "fine");
        }
        Files.move(next, target, StandardCopyOption.ATOMIC_MOVE);
        Files.move(folder, aside);
        Files.createSymbolicLink(folder, temp);
        Files.delete(folder);
        Files.move(aside, folder);
      } catch (IOException e) {
        // the server was faster
      }
    }
  }
}
