package io.mirrorneuron.runtime.exec.workspace;

import io.mirrorneuron.runtime.exec.workspace.FolderClaims.Held;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whose the folders of submissions are, on disk beside them, where no confined program reaches. One
 * job or schedule has a folder, others may be lent it. Every step is one system call, so processes
 * may work on the same folders. The note on a folder is a folder of notes, or a link whose text is
 * the only one who may have it, which takes no room.
 */
final class FolderOwners {
  /** Of the folder with the notes; no submission has such a name. */
  private static final String NOTES = ".held";

  /**
   * A link among notes, whose text is the id of who has the folder: made at once, and only once.
   */
  private static final String OWNER = ".owner";

  private final Path root;

  /**
   * @param root of all submissions
   */
  FolderOwners(Path root) {
    this.root = root;
  }

  private Path notes(String submission) {
    return root.resolve(NOTES).resolve(submission);
  }

  /** Who has the folder. */
  Optional<String> owner(String submission) throws IOException {
    Path notes = notes(submission);
    return Optional.ofNullable(
        Files.isSymbolicLink(notes) ? text(notes) : text(notes.resolve(OWNER)));
  }

  /** The text of a link; null when there is none. */
  private static String text(Path link) throws IOException {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (NoSuchFileException | NotLinkException e) {
      return null;
    }
  }

  /** As {@link #take} of a folder that is never lent. */
  boolean takeAlone(String submission, String owner) throws IOException {
    try {
      if (!isAlone(submission)) { // no exception for each program but the first
        Files.createSymbolicLink(notes(submission), Path.of(owner));
        return true;
      }
    } catch (NoSuchFileException e) {
      Files.createDirectories(root.resolve(NOTES));
      return takeAlone(submission, owner);
    } catch (FileAlreadyExistsException e) {
      // somebody was faster, or it is a folder of notes
    }
    return owner(submission).filter(owner::equals).isPresent();
  }

  /** Lets it have the folder unless another one has; answers whether it has it now. */
  boolean take(String submission, String owner) throws IOException {
    Path note = notes(submission).resolve(OWNER);
    try {
      Files.createDirectories(note.getParent());
      Files.createSymbolicLink(note, Path.of(owner));
      return true;
    } catch (FileAlreadyExistsException e) {
      return owner(submission).filter(owner::equals).isPresent();
    }
  }

  /** The job is lent the folder. */
  void lend(String submission, String jobId) throws IOException {
    Files.createDirectories(notes(submission));
    try {
      Files.createFile(notes(submission).resolve(jobId));
    } catch (FileAlreadyExistsException e) {
      // it was lent to it before
    }
  }

  boolean isLent(String submission, String jobId) {
    return Files.isRegularFile(notes(submission).resolve(jobId), LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether the folder is one that is never lent. */
  boolean isAlone(String submission) {
    return Files.isSymbolicLink(notes(submission));
  }

  /** Takes it back, when this is who has it. */
  void release(String submission, String owner) throws IOException {
    if (owner(submission).filter(owner::equals).isPresent()) {
      Path notes = notes(submission);
      Files.deleteIfExists(Files.isSymbolicLink(notes) ? notes : notes.resolve(OWNER));
      deleteIfEmpty(notes);
    }
  }

  private static boolean deleteIfEmpty(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder);
      return true;
    } catch (DirectoryNotEmptyException e) {
      return false; // others have notes
    }
  }

  /** Folders to which nobody has come since that time. */
  List<Held> all(Instant before) throws IOException {
    List<Held> all = new ArrayList<>();
    try (DirectoryStream<Path> submissions = Files.newDirectoryStream(root.resolve(NOTES))) {
      for (Path notes : submissions) {
        held(notes, before).ifPresent(all::add);
      }
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return all;
  }

  private Optional<Held> held(Path notes, Instant before) throws IOException {
    try {
      Instant since = Files.getLastModifiedTime(notes, LinkOption.NOFOLLOW_LINKS).toInstant();
      String submission = notes.getFileName().toString();
      return since.isBefore(before)
          ? Optional.of(new Held(submission, by(notes, submission)))
          : Optional.empty();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return Optional.empty(); // it went meanwhile
    }
  }

  private List<String> by(Path notes, String submission) throws IOException {
    if (Files.isSymbolicLink(notes)) {
      return List.of(owner(submission).orElseThrow(() -> new NoSuchFileException(submission)));
    }
    List<String> by = new ArrayList<>();
    try (DirectoryStream<Path> each = Files.newDirectoryStream(notes)) {
      for (Path note : each) {
        String name = note.getFileName().toString();
        by.add(name.equals(OWNER) ? owner(submission).orElse("") : name);
      }
    }
    return by;
  }

  /** Answers whether nobody has the folder any more; nothing is forgotten when others came. */
  boolean forget(Held unused) throws IOException {
    Path notes = notes(unused.submission());
    if (!Set.copyOf(by(notes, unused.submission())).equals(Set.copyOf(unused.by()))) {
      return false;
    }
    if (Files.isSymbolicLink(notes)) {
      return Files.deleteIfExists(notes);
    }
    for (String holder : unused.by()) {
      Files.deleteIfExists(notes.resolve(holder));
    }
    Files.deleteIfExists(notes.resolve(OWNER));
    return deleteIfEmpty(notes);
  }
}
