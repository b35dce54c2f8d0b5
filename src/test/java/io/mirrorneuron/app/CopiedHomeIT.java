package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.Whole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A home was copied while programs of its server ran: their folders are of no use in the copy. */
@Timeout(120)
@Whole
class CopiedHomeIT {
  @TempDir Path root;
  private Path home;
  private Path copy;
  private String workspaces;
  private String remoteTasks;

  @BeforeEach
  void killed() throws IOException {
    home = root.resolve("home");
    copy = root.resolve("copy");
    WholeServer.start(home).close();
    String id = Files.readString(home.resolve("runtime.id")).strip();
    workspaces = "mn-" + id.substring(0, 16);
    remoteTasks = "mn-guests-" + id;
  }

  /** As a server leaves it that is killed while a program runs. */
  private void left(Path work) throws IOException {
    for (String folder :
        new String[] {workspaces + "/1", remoteTasks + "/1", "mn-0123456789abcdef"}) {
      Files.createDirectories(work.resolve(folder));
      Files.writeString(work.resolve(folder).resolve("left.txt"), "left");
    }
  }

  private void copyHome() throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.toList()) {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)
            || Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            || Files.isSymbolicLink(file)) {
          Files.copy(file, copy.resolve(home.relativize(file)), LinkOption.NOFOLLOW_LINKS);
        }
      }
    }
  }

  @Test
  void aServerOnTheCopyRemovesWhatProgramsOfTheOtherOneHadLeft() throws IOException {
    Path outside = Files.createDirectory(root.resolve("outside"));
    Files.writeString(outside.resolve("kept.txt"), "kept");
    left(home.resolve("work"));
    Files.createSymbolicLink(home.resolve("work").resolve(workspaces).resolve("out"), outside);
    copyHome();

    WholeServer.start(copy).close();

    assertThat(copy.resolve("work").resolve(workspaces)).doesNotExist();
    assertThat(copy.resolve("work").resolve(remoteTasks)).doesNotExist();
    assertThat(copy.resolve("work/mn-0123456789abcdef/left.txt")).as("of another").exists();
    assertThat(outside.resolve("kept.txt")).as("behind a link").exists();
    assertThat(home.resolve("work").resolve(workspaces).resolve("1/left.txt")).exists();
  }

  @Test
  void whatIsNotInTheCopyItselfIsLeftToTheOtherServer() throws IOException {
    Path shared = Files.createDirectory(root.resolve("shared"));
    left(shared);
    Path work = home.resolve("work");
    Files.deleteIfExists(work);
    Files.createSymbolicLink(work, shared);
    copyHome();

    WholeServer.start(copy).close();

    assertThat(shared.resolve(workspaces).resolve("1/left.txt")).exists();
    assertThat(shared.resolve(remoteTasks).resolve("1/left.txt")).exists();
  }
}
