package io.mirrorneuron.runtime.exec.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.exec.ExecutionSamples;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.port.Execution;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a program has left as it found it is another one's; all else is removed. */
@EnabledOnOs(OS.LINUX)
class SpareWorkspacesTest {
  private static final String LONG = "x".repeat(5000);

  @TempDir Path folder;
  private Workspaces workspaces;

  @BeforeEach
  void open() {
    workspaces = workspaces(true);
  }

  private Workspaces workspaces(boolean reuses) {
    Path all = Workspaces.made(folder.resolve("tmp"), "test");
    return new Workspaces(all, ArtifactSink.NONE, Clock.systemUTC(), reuses);
  }

  @Test
  void itsFilesAreWrittenForTheNextOneInAFolderOfItsOwn() throws Exception {
    Set<Object> files = new HashSet<>();
    Set<Object> roots = new HashSet<>();
    for (String body : new String[] {LONG, "short", LONG + LONG, ""}) {
      Workspace workspace = create(body);
      assertThat(workspace.root()).isDirectory();
      assertHolds(workspace, body);
      files.add(inode(workspace.root().resolve(MessageFiles.INPUT)));
      roots.add(workspace.root());
      workspaces.release(workspace);
    }
    assertThat(files).hasSize(1);
    assertThat(roots).hasSize(4);
    assertThat(workspaces.folder()).isDirectoryContaining(path -> true);

    workspaces.tidy();
    assertThat(workspaces.folder()).isEmptyDirectory();
  }

  @Test
  void manyAtATimeHaveTheirOwn() throws Exception {
    for (int i = 0; i < 2; i++) {
      Workspace one = create("one");
      Workspace two = create("two");
      assertHolds(one, "one");
      assertHolds(two, "two");
      workspaces.release(one);
      workspaces.release(two);
    }
  }

  @Test
  void thereAreNoneWhereProgramsReachMoreThanTheirOwn() throws Exception {
    workspaces = workspaces(false);

    workspaces.release(create("one"));

    assertThat(workspaces.folder()).isEmptyDirectory();
  }

  @Test
  void aLargeMessageIsNotKept() throws Exception {
    workspaces.release(create("x".repeat(100_000)));

    assertThat(workspaces.folder()).isEmptyDirectory();
  }

  @Test
  void whoBringsFilesOrTakesTheInputFromElsewhereGetsANewOne() throws Exception {
    Path payloads = Files.createDirectories(folder.resolve("bundle/payloads"));
    Files.writeString(payloads.resolve("a.txt"), "a");
    workspaces.release(create("one"));

    Workspace uploads = make(ExecutionSamples.execution("{'upload_path':'a.txt'}", payloads));

    assertThat(uploads.root().resolve("a.txt")).hasContent("a");
    workspaces.release(uploads);
    assertThat(uploads.root()).doesNotExist();
  }

  /** What programs do to their workspaces. */
  enum Change {
    FILE {
      @Override
      void make(Path root) throws IOException {
        Files.writeString(root.resolve("mine"), "x");
      }
    },
    TEMPORARY_FILE {
      @Override
      void make(Path root) throws IOException {
        Files.writeString(root.resolve(".tmp/mine"), "x");
      }
    },
    TEMPORARY_LINK {
      @Override
      void make(Path root) throws IOException {
        Files.delete(root.resolve(".tmp"));
        Files.createSymbolicLink(root.resolve(".tmp"), Files.createDirectory(beside(root)));
      }
    },
    TEMPORARY_RIGHTS {
      @Override
      void make(Path root) throws IOException {
        Files.setPosixFilePermissions(
            root.resolve(".tmp"), PosixFilePermissions.fromString("r-xr-xr-x"));
      }
    },
    REMOVED {
      @Override
      void make(Path root) throws IOException {
        Files.delete(root.resolve(MessageFiles.BODY));
      }
    },
    LINK {
      @Override
      void make(Path root) throws IOException {
        Files.move(root.resolve(MessageFiles.INPUT), beside(root));
        Files.createSymbolicLink(root.resolve(MessageFiles.INPUT), beside(root));
      }
    },
    SECOND_NAME {
      @Override
      void make(Path root) throws IOException {
        Files.createLink(beside(root), root.resolve(MessageFiles.INPUT));
      }
    },
    FOLDER {
      @Override
      void make(Path root) throws IOException {
        Files.delete(root.resolve(MessageFiles.INPUT));
        Files.createDirectory(root.resolve(MessageFiles.INPUT));
      }
    },
    RIGHTS {
      @Override
      void make(Path root) throws IOException {
        Files.setPosixFilePermissions(
            root.resolve(MessageFiles.INPUT), PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    },
    SIZE {
      @Override
      void make(Path root) throws IOException {
        Files.write(root.resolve(MessageFiles.INPUT), new byte[100_000]);
      }
    },
    GONE {
      @Override
      void make(Path root) {
        FolderTree.delete(root);
      }
    };

    static Path beside(Path root) {
      return root.resolveSibling("beside");
    }

    abstract void make(Path root) throws IOException;
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void ofWhatWasChangedNothingIsUsed(Change change) throws Exception {
    Workspace one = create("one");
    change.make(one.root());
    Path beside = Change.beside(one.root());
    TreeMap<String, String> left = texts(beside);

    workspaces.release(one);
    Workspace two = create("two");

    assertThat(one.root()).doesNotExist();
    assertHolds(two, "two");
    assertThat(texts(beside)).isEqualTo(left);
  }

  /** The change is made between two programs, by what is left of the first. */
  @ParameterizedTest
  @EnumSource(Change.class)
  void whatIsChangedLaterIsSeenAsWell(Change change) throws Exception {
    Workspace one = create("one");
    workspaces.release(one);
    change.make(one.root());
    Path beside = Change.beside(one.root());
    TreeMap<String, String> left = texts(beside);

    Workspace two = create("two");

    assertHolds(two, "two");
    assertThat(texts(beside)).isEqualTo(left);
    assertThat(one.root()).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource(
      value = StandardOpenOption.class,
      names = {"READ", "WRITE"})
  void aFileThatIsStillOpenElsewhereIsNotUsed(StandardOpenOption how) throws Exception {
    Workspace one = create("one");
    Path input = one.root().resolve(MessageFiles.INPUT);
    try (FileChannel left = FileChannel.open(input, how)) {
      workspaces.release(one);
      Workspace two = create("another");

      assertHolds(two, "another");
      assertThat(left.size()).isEqualTo("\"one\"".length());
    }
  }

  @Test
  void aMappedFileIsNotUsed() throws Exception {
    Workspace one = create("one");
    Path input = one.root().resolve(MessageFiles.INPUT);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = map(input, arena);
      workspaces.release(one);

      assertHolds(create("two"), "two");

      assertThat(mapped.get(ValueLayout.JAVA_BYTE, 1)).isEqualTo((byte) 'o');
    }
  }

  private static MemorySegment map(Path file, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    }
  }

  /** Nothing, a file, a link or a folder. */
  private static TreeMap<String, String> texts(Path place) throws IOException {
    TreeMap<String, String> texts = new TreeMap<>();
    if (Files.isRegularFile(place)) {
      texts.put("", Files.readString(place));
    } else if (Files.isDirectory(place)) {
      try (var inside = Files.list(place)) {
        inside.forEach(path -> texts.put(path.getFileName().toString(), ""));
      }
    }
    return texts;
  }

  private static Object inode(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino");
  }

  private static void assertHolds(Workspace workspace, String body) throws IOException {
    Path root = workspace.root();
    assertThat(root.resolve(MessageFiles.INPUT)).hasContent('"' + body + '"');
    assertThat(root.resolve(MessageFiles.BODY)).hasContent('"' + body + '"');
    assertThat(root.resolve(MessageFiles.MESSAGE)).content().contains("\"" + body + "\"");
    assertThat(root.resolve(MessageFiles.CONTEXT)).content().startsWith("{").endsWith("}");
    assertThat(root.resolve(".tmp")).isEmptyDirectory();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
        .isEqualTo("rwx------");
    try (var inside = Files.list(root)) {
      assertThat(inside).hasSize(5);
    }
  }

  private Workspace create(String body) throws NotStarted {
    Execution execution = ExecutionSamples.execution("{}", null);
    execution.message().put("body", body);
    return make(execution);
  }

  private Workspace make(Execution execution) throws NotStarted {
    return workspaces.create(
        execution, ExecutorSettings.of(execution.config(), ExecutionSamples.config(folder)));
  }
}
