package io.mirrorneuron.run.folder;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of a run that clients may have: results of any kind, and other files of known kinds
 * that are not hidden and really lie in the run's folder, also behind a link. Blocking and
 * thread-safe.
 */
public final class Artifacts {
  private static final int CHECKSUMS = 20_000;
  private static final Pattern SEGMENT = Pattern.compile("([a-z]+)\\.(\\d{3,})\\.jsonl(\\.gz)?");

  private final Checksums checksums = new Checksums(CHECKSUMS);
  private final RedactedFiles shown = new RedactedFiles();

  /**
   * References {@code {artifact_id, path, relative_path, size_bytes, sha256, content_type, url,
   * reveal_url}}, by relative path. Size and hash are those of the {@link #shown} file.
   *
   * @param refused receives the relative path of each file with the name of an artifact that
   *     clients may not have, and the reason
   */
  public List<ObjectNode> refs(RunFolder folder, BiConsumer<String, String> refused) {
    List<ObjectNode> refs = new ArrayList<>();
    for (FoundFiles.Found named : named(folder)) {
      Path file = named.file();
      String relative = folder.path().relativize(file).toString();
      if (!hasText(file)) {
        refused.accept(relative, "has a name that is not UTF-8");
        continue;
      }
      try {
        Path shows = shown(folder, named);
        refs.add(
            ServedFile.reference(
                folder,
                id(relative),
                file,
                relative,
                checksums.of(shows, folder.path()),
                "/artifacts/" + ServedFile.quoted(relative)));
      } catch (RefusedFile e) {
        refused.accept(relative, e.getReason());
      } catch (NoSuchFileException e) {
        continue; // deleted while the list was made
      } catch (AccessDeniedException e) {
        refused.accept(relative, "may not be read");
      } catch (IOException e) {
        refused.accept(relative, e.getMessage());
      }
    }
    return refs;
  }

  /** Whether its name is valid text, so that clients can ask for it. */
  private static boolean hasText(Path file) {
    try {
      return Path.of(file.toString()).equals(file);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** The file as clients see it. A regular file was reached over no link, so its path is real. */
  private Path shown(RunFolder folder, FoundFiles.Found named) throws IOException {
    if (named.as().isRegularFile()) {
      return shown.of(folder, named.file(), FileState.of(named.as()));
    }
    Path real = real(folder, named.file());
    if (real == null) {
      throw new IOException(fault(named.file()));
    }
    return shown.of(folder, real);
  }

  private static String fault(Path file) {
    return Files.isSymbolicLink(file)
        ? "is a link that leads out of the run, to something hidden or to nothing"
        : "is no regular file";
  }

  /**
   * Finds an artifact.
   *
   * @param relative as a client gives it
   * @throws MnException MALFORMED when it leads out of the run or is no plain path, NOT_FOUND
   */
  public ServedFile find(RunFolder folder, String relative) {
    if (relative.isEmpty()) {
      throw invalid("artifact path is required");
    }
    if (!isPlain(relative) || folder.inside(relative) == null) {
      throw invalid("invalid artifact path");
    }
    Path real = real(folder, folder.path().resolve(other(folder, relative)));
    if (real == null && isOfOtherKind(folder, relative)) {
      throw notServed(relative);
    }
    if (real == null || UntrustedFiles.fault(real, folder.path()) != null) {
      throw notFound();
    }
    return ServedFile.of(real, relative, folder.path());
  }

  /** As {@link #find}, with secrets in the run's records and documents hidden. */
  public ServedFile shown(RunFolder folder, String relative) {
    Path real = find(folder, relative).path();
    try {
      return ServedFile.of(shown.of(folder, real), relative, folder.path());
    } catch (NoSuchFileException e) {
      throw notFound();
    } catch (IOException e) {
      throw unreadable(real, e);
    }
  }

  /** Without empty parts, {@code .} and {@code ..}. */
  private static boolean isPlain(String relative) {
    try {
      return Path.of(relative).normalize().toString().equals(relative);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** The alias of the resource samples, which have two names. */
  private static String other(RunFolder folder, String relative) {
    return relative.equals(RunLog.RESOURCES.file())
        ? folder.files(RunLog.RESOURCES).live().getFileName().toString()
        : relative;
  }

  /** All files with the name of an artifact. */
  private static List<FoundFiles.Found> named(RunFolder folder) {
    try {
      return FoundFiles.below(folder.path(), path -> !isForPrograms(folder, path));
    } catch (IOException e) {
      throw unreadable(folder.path(), e);
    }
  }

  /** Whether a program has written it and only its name keeps it from clients. */
  private static boolean isOfOtherKind(RunFolder folder, String relative) {
    return !ServedFile.isForClients(Path.of(relative))
        && !AllowedRoots.isHidden(Path.of(relative))
        && UntrustedFiles.isFile(folder.path().resolve(relative));
  }

  /** Whether it is hidden, or of no known kind and no result. */
  private static boolean isForPrograms(RunFolder folder, Path file) {
    Path relative = folder.path().relativize(file);
    return AllowedRoots.isHidden(relative) || !ServedFile.isForClients(relative);
  }

  /** The real path, or null when it is not for clients. */
  private static Path real(RunFolder folder, Path file) {
    if (isForPrograms(folder, file)) {
      return null;
    }
    try {
      Path parent = file.getParent();
      Path real = file.toRealPath();
      return parent.toRealPath().equals(parent) // the walk does not follow links to folders
              && real.startsWith(folder.path())
              && !AllowedRoots.isHidden(folder.path().relativize(real))
              && UntrustedFiles.isFile(real)
          ? real
          : null;
    } catch (IOException e) {
      return null; // deleted meanwhile, or a dangling link
    }
  }

  private static String id(String relative) {
    if (relative.equals(RunLog.HUMAN.file())) {
      return "human_events_jsonl";
    }
    Matcher segment = SEGMENT.matcher(relative);
    return segment.matches()
        ? segment.group(1) + "_jsonl_" + segment.group(2)
        : ServedFile.slug(relative);
  }

  private static MnException invalid(String message) {
    return new MnException(ErrorCode.MALFORMED, "invalid_artifact_path", message);
  }

  private static MnException notFound() {
    return new MnException(ErrorCode.NOT_FOUND, "artifact_not_found", "artifact not found");
  }

  private static MnException notServed(String relative) {
    return new MnException(
        ErrorCode.NOT_FOUND, "artifact_not_found", ServedFile.OTHER_KIND.formatted(relative));
  }

  private static MnException unreadable(Path file, IOException cause) {
    return new MnException(
        ErrorCode.INTERNAL,
        "run_store_damaged",
        "failed to read " + file.getFileName(),
        null,
        cause);
  }

  /** Collects files of a run's folder that are not hidden. Follows no links. */
  private static final class FoundFiles extends SimpleFileVisitor<Path> {
    private final Path folder;
    private final Predicate<Path> wanted;
    private final List<Found> files = new ArrayList<>();

    private FoundFiles(Path folder, Predicate<Path> wanted) {
      this.folder = folder;
      this.wanted = wanted;
    }

    /**
     * @param as its attributes when it was found
     */
    record Found(Path file, BasicFileAttributes as) {}

    /** The wanted files and links, by path. */
    static List<Found> below(Path folder, Predicate<Path> wanted) throws IOException {
      FoundFiles found = new FoundFiles(folder, wanted);
      Files.walkFileTree(folder, found);
      found.files.sort(Comparator.comparing(one -> one.file().toString()));
      return found.files;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
      return AllowedRoots.isHidden(folder.relativize(path))
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
      if (wanted.test(path)) {
        files.add(new Found(path, attributes));
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path path, IOException e) {
      return FileVisitResult.CONTINUE; // deleted meanwhile, or unreadable
    }

    @Override
    public FileVisitResult postVisitDirectory(Path path, IOException e) {
      return FileVisitResult.CONTINUE;
    }
  }
}
