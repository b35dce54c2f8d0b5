package io.mirrorneuron.launch;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.untrusted.TreeWalk;
import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** Copies the files of a bundle, and no others. Links in it stay links. */
public final class PayloadCopy {
  private PayloadCopy() {}

  /**
   * All of it is on the disk when this returns.
   *
   * @throws MnException as {@link #expect}
   */
  public static void make(Payloads payloads, Path to) throws IOException {
    expect(payloads, to);
    walk(payloads, new Copying(to));
  }

  private static void walk(Payloads payloads, TreeWalk.Visitor visitor) throws IOException {
    if (!(payloads instanceof Payloads.Folder from)) {
      throw new IllegalArgumentException("a launch has its files in a folder");
    }
    if (Files.isDirectory(from.root())) { // else it is a bundle without payloads
      TreeWalk.of(from.root(), from.root().getParent(), visitor);
    }
  }

  /**
   * Looks at names and sizes; reads nothing. Answers the links, which no job gets.
   *
   * @param to a folder on the disk to which they are to be copied
   * @throws MnException INVALID {@code payload_unreadable}; STORAGE_FULL when there is less room
   *     than they need
   */
  public static List<String> expect(Payloads payloads, Path to) throws IOException {
    Survey survey = new Survey();
    walk(payloads, survey);
    long room = Files.getFileStore(to).getUsableSpace();
    if (survey.bytes > room) {
      throw DiskFault.noRoom(
          "the payload files have %d bytes, and the disk on which launches are prepared has room for %d"
              .formatted(survey.bytes, room));
    }
    return survey.links.stream().sorted().toList();
  }

  /** Says what cannot be copied before anything is. */
  private static class Survey implements TreeWalk.Visitor {
    private final List<String> links = new ArrayList<>();
    private long bytes;

    @Override
    public boolean folder(Path relative) throws IOException {
      return true;
    }

    @Override
    public void file(Path relative, Path place, long size) throws IOException {
      bytes += size;
    }

    @Override
    public void link(Path relative, Path target) throws IOException {
      links.add(relative.toString());
    }

    @Override
    public final void other(Path relative, IOException fault) {
      throw unreadable(relative, fault);
    }
  }

  private static final class Copying extends Survey {
    private final Path to;

    Copying(Path to) {
      this.to = to;
    }

    @Override
    public boolean folder(Path relative) throws IOException {
      Files.createDirectories(to.resolve(relative));
      return true;
    }

    @Override
    public void file(Path relative, Path place, long size) throws IOException {
      try {
        FileChannel.open(place).close();
      } catch (IOException e) {
        throw unreadable(relative, e);
      }
      Path copy = to.resolve(relative);
      Files.copy(place, copy, StandardCopyOption.COPY_ATTRIBUTES);
      try (FileChannel channel = FileChannel.open(copy)) {
        channel.force(true);
      }
    }

    @Override
    public void link(Path relative, Path target) throws IOException {
      Files.createSymbolicLink(to.resolve(relative), target);
    }
  }

  /** A fault of the bundle, and not of the disk that it is copied to. */
  private static MnException unreadable(Path relative, IOException fault) {
    String why =
        switch (fault) {
          case RefusedFile refused -> "it " + refused.getReason();
          case NoSuchFileException _ -> "it has vanished";
          case AccessDeniedException _ -> "this server may not read it";
          default -> fault.toString();
        };
    return new MnException(
        ErrorCode.INVALID,
        "payload_unreadable",
        "payloads/%s cannot be read: %s".formatted(relative, why),
        null,
        fault);
  }
}
