package io.mirrorneuron.launch;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Launches in a folder, each in a folder of its own: {@code launch.json}, and {@code bundle} with
 * what it is about to submit. A file is on the disk before it gets its name.
 */
public final class FolderLaunchStore implements LaunchStore {
  private static final Logger LOG = LoggerFactory.getLogger(FolderLaunchStore.class);

  /** An id may begin with a dot, or be nothing but dots. */
  private static final String PREFIX = "launch-";

  private static final String RECORD = "launch.json";
  private static final String BUNDLE = "bundle";
  private static final String ARRIVING = ".arriving";

  private final Path root;
  private final Duration lifetime;
  private final int mostFailed;

  /**
   * @param root closed to other users, as configurations may have secrets; made when absent
   * @param lifetime how long a launch stays that is over
   * @param mostFailed of launches that failed; of more the oldest go before their time
   */
  public FolderLaunchStore(Path root, Duration lifetime, int mostFailed) {
    this.root = root;
    this.lifetime = lifetime;
    this.mostFailed = mostFailed;
  }

  private Path folder(String progressId) {
    return root.resolve(PREFIX + progressId);
  }

  @Override
  public Optional<LaunchRecord> find(String progressId) {
    return read(folder(progressId));
  }

  private static Optional<LaunchRecord> read(Path folder) {
    Path file = folder.resolve(RECORD);
    try {
      return Optional.of(Json.read(Files.readString(file), LaunchRecord.class, RECORD));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | MnException e) {
      LOG.warn("{} cannot be read, so nothing is known of that launch: {}", file, e.toString());
      return Optional.empty();
    }
  }

  @Override
  public void write(LaunchRecord launch) {
    orUnavailable(
        () -> {
          Path folder = Files.createDirectories(folder(launch.id()));
          Path arriving = folder.resolve(RECORD + ARRIVING);
          KeptBundle.write(arriving, Json.write(launch));
          Files.move(arriving, folder.resolve(RECORD), StandardCopyOption.ATOMIC_MOVE);
        });
  }

  @Override
  public List<String> expect(Submission submission) {
    List<String> links = new ArrayList<>();
    orUnavailable(
        () ->
            links.addAll(PayloadCopy.expect(submission.payloads(), Files.createDirectories(root))));
    return links;
  }

  @Override
  public void keep(LaunchRecord launch, Submission submission) {
    orUnavailable(
        () -> {
          delete(folder(launch.id()), BUNDLE);
          delete(folder(launch.id()), BUNDLE + ARRIVING);
          Path arriving = Files.createDirectories(folder(launch.id()).resolve(BUNDLE + ARRIVING));
          try {
            KeptBundle.write(submission, arriving);
          } catch (IOException | RuntimeException e) {
            delete(folder(launch.id()), BUNDLE + ARRIVING);
            throw e;
          }
          Files.move(arriving, folder(launch.id()).resolve(BUNDLE), StandardCopyOption.ATOMIC_MOVE);
        });
  }

  @Override
  public Submission kept(LaunchRecord launch) {
    Path bundle = folder(launch.id()).resolve(BUNDLE);
    try {
      return KeptBundle.read(bundle);
    } catch (IOException | MnException e) {
      throw new MnException(
          ErrorCode.DATA_LOSS,
          "launch_damaged",
          "the bundle that was kept for this launch cannot be read; launch it again",
          null,
          e);
    }
  }

  @Override
  public void discard(LaunchRecord launch) {
    try {
      delete(folder(launch.id()), BUNDLE);
      delete(folder(launch.id()), BUNDLE + ARRIVING);
    } catch (IOException e) {
      LOG.warn("the bundle of launch {} cannot be removed: {}", launch.id(), e.toString());
    }
  }

  private static void delete(Path folder, String name) throws IOException {
    if (Files.exists(folder.resolve(name))) {
      try (OpenFolder open = OpenFolder.at(folder.toRealPath())) {
        open.deleteTree(name);
      }
    }
  }

  @Override
  public List<LaunchRecord> open() {
    List<LaunchRecord> open = new ArrayList<>();
    for (Path folder : folders()) {
      read(folder).filter(launch -> !launch.isOver()).ifPresent(open::add);
    }
    return open;
  }

  @Override
  public void forget(Instant now) {
    Instant before = now.minus(lifetime);
    int failed = 0;
    for (Aged launch : newestFirst()) {
      Optional<LaunchRecord> record = read(launch.folder());
      failed += record.filter(LaunchRecord::hasFailed).isPresent() ? 1 : 0;
      boolean isOld = launch.written().isBefore(before);
      boolean isOver = record.map(LaunchRecord::isOver).orElse(isOld);
      if (isOver) {
        boolean isTooMuch =
            failed > mostFailed && record.filter(LaunchRecord::hasFailed).isPresent();
        forget(launch.folder(), isOld || isTooMuch);
      }
    }
  }

  private void forget(Path folder, boolean isAll) {
    try {
      delete(isAll ? root : folder, isAll ? folder.getFileName().toString() : BUNDLE);
    } catch (IOException e) {
      LOG.warn("{} cannot be removed: {}", folder, e.toString());
    }
  }

  private record Aged(Path folder, Instant written) {
    static Aged of(Path folder) {
      return new Aged(folder, Instant.ofEpochMilli(folder.toFile().lastModified()));
    }
  }

  private List<Aged> newestFirst() {
    Comparator<Aged> byAge = Comparator.comparing(Aged::written);
    return folders().stream().map(Aged::of).sorted(byAge.reversed()).toList();
  }

  private List<Path> folders() {
    try (Stream<Path> all = Files.list(root)) {
      return all.filter(folder -> folder.getFileName().toString().startsWith(PREFIX)).toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      LOG.warn("launches in {} cannot be read: {}", root, e.toString());
      return List.of();
    }
  }

  @FunctionalInterface
  private interface Writing {
    void run() throws IOException;
  }

  private void orUnavailable(Writing writing) {
    try {
      writing.run();
    } catch (IOException | UncheckedIOException e) {
      throw DiskFault.of("the launch cannot be written to the disk", e);
    }
  }
}
