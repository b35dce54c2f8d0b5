package io.mirrorneuron.untrusted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links that the server makes among what programs have put into a folder. */
class OpenFolderTest {
  @TempDir Path temporary;
  private Path folder;
  private Path place;

  @BeforeEach
  void make() throws IOException {
    folder = Files.createDirectory(temporary.toRealPath().resolve("folder"));
    place = Files.createDirectory(temporary.toRealPath().resolve("place"));
  }

  private boolean link() throws IOException {
    try (OpenFolder open = OpenFolder.at(folder)) {
      return open.link("name", place);
    }
  }

  private void isLed() throws IOException {
    assertThat(Files.readSymbolicLink(folder.resolve("name"))).isEqualTo(place);
  }

  @Test
  void aLinkIsMadeOnce() throws IOException {
    assertThat(link()).isTrue();
    isLed();
    assertThat(link()).isTrue();
    isLed();
  }

  @Test
  void whatIsInTheWayGivesWay() throws IOException {
    Path name = folder.resolve("name");
    Files.createSymbolicLink(name, Path.of("/etc"));
    assertThat(link()).isTrue();
    isLed();
    Files.delete(name);
    Files.writeString(name, "file");
    assertThat(link()).isTrue();
    isLed();
    Files.delete(name);
    Files.createDirectory(name);
    assertThat(link()).isTrue();
    isLed();
  }

  @Test
  void aFolderWithSomethingInItStays() throws IOException {
    Path file = folder.resolve("name/file");
    Files.createDirectory(file.getParent());
    Files.writeString(file, "kept");

    assertThat(link()).isFalse();

    assertThat(file).hasContent("kept");
  }

  @Test
  void aFolderIsPresentOrNot() throws IOException {
    Files.createDirectory(folder.resolve("inner"));
    Files.createSymbolicLink(folder.resolve("link"), place);
    try (OpenFolder open = OpenFolder.at(folder);
        OpenFolder inner = open.present("inner")) {
      assertThat(inner.names()).isEmpty();
      assertThatThrownBy(() -> open.present("link")).isInstanceOf(RefusedFile.class);
      assertThatThrownBy(() -> open.present("none"))
          .isInstanceOf(NoSuchFileException.class)
          .isNotInstanceOf(RefusedFile.class);
    }
    assertThat(folder.resolve("none")).doesNotExist();
  }

  @Test
  void aFileHasAllItsBytesWhenItHasItsName(@TempDir Path root) throws Exception {
    byte[] content = "ours".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
    try (OpenFolder folder = OpenFolder.at(root.toRealPath());
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 200; i++) {
        Path file = root.resolve("document-" + i);
        CyclicBarrier start = new CyclicBarrier(2);
        Future<Long> seen =
            threads.submit(
                () -> {
                  start.await();
                  while (file.toFile().length() == 0) {
                    Thread.onSpinWait();
                  }
                  return file.toFile().length();
                });
        start.await();
        FreeName.Put put = FreeName.put(folder, "document-" + i, content);
        assertThat(put).isEqualTo(FreeName.Put.DONE);
        assertThat(seen.get()).isEqualTo(content.length);
        assertThat(FreeName.put(folder, "document-" + i, new byte[] {1}))
            .isEqualTo(FreeName.Put.TAKEN);
        assertThat(file).hasBinaryContent(content);
      }
    }
    assertThat(root.toFile().list()).hasSize(200);
  }

  @Test
  void aFolderTakesTheNameOfNoOther(@TempDir Path root) throws Exception {
    Path filled = Files.createDirectory(root.resolve("filled"));
    Files.writeString(filled.resolve("a"), "b");
    Path empty = Files.createDirectory(root.resolve("empty"));

    assertThat(FreeName.move(filled, empty)).isFalse();
    assertThat(filled.resolve("a")).hasContent("b");
    assertThat(empty).isEmptyDirectory();
    assertThat(FreeName.move(filled, root.resolve("free"))).isTrue();
    assertThat(root.resolve("free/a")).hasContent("b");
  }

  /** Nobody sees a moment between the look whether a name is free and its giving. */
  @Test
  void aNameIsGivenToOneFileOnly(@TempDir Path root) throws Exception {
    try (OpenFolder folder = OpenFolder.at(root.toRealPath());
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 500; i++) {
        String name = "document-" + i;
        folder.put("new", "ours".getBytes(StandardCharsets.UTF_8));
        CyclicBarrier start = new CyclicBarrier(2);
        Future<Boolean> theirs =
            threads.submit(
                () -> {
                  start.await();
                  return root.resolve(name).toFile().createNewFile();
                });
        start.await();
        boolean ours = FreeName.give(folder, "new", folder, name);
        assertThat(ours).isNotEqualTo(theirs.get());
        assertThat(root.resolve(name)).hasSize(ours ? 4 : 0);
      }
      assertThat(root.resolve("new")).doesNotExist();
    }
  }
}
