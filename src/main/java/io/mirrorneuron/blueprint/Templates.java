package io.mirrorneuron.blueprint;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.storage.WriteFailure;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Small workflows that authors begin with. Each runs as it is. */
public final class Templates {
  private static final List<String> NAMES = List.of("script", "pipeline", "review");

  /** What templates are called themselves; the copy has the name of its folder instead. */
  private static final String NAME = "my-workflow";

  /** The server that templates name, where its address is the usual one. */
  public static final String SERVER = "http://localhost:54001";

  /** The names for command lines: in their help and when they complete a word. */
  public static final class Candidates implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return NAMES.iterator();
    }
  }

  private Templates() {}

  public static List<String> names() {
    return NAMES;
  }

  /**
   * Writes a template into a folder.
   *
   * @param folder made when absent
   * @param server whose schema editors are to use, as an address without a path
   * @return the files, relative to the folder
   * @throws MnException NOT_FOUND for an unknown name, CONFLICT when something is in the folder
   */
  public static List<Path> unpack(String name, Path folder, String server) {
    if (!NAMES.contains(name)) {
      throw MnException.notFound("template", name);
    }
    try {
      if (Files.exists(folder) && !isEmptyFolder(folder)) {
        throw new MnException(
            ErrorCode.CONFLICT,
            "not_empty",
            folder + " is there already and not an empty folder; nothing was written");
      }
      PackagedFolder.copyOf("/templates/" + name + "/manifest.yaml", folder);
      return named(folder, server);
    } catch (IOException e) {
      throw new MnException(ErrorCode.CONFLICT, "not_written", fault(folder, e));
    }
  }

  private static String fault(Path folder, IOException why) {
    if (Files.isSymbolicLink(folder) && Files.notExists(folder)) {
      return folder + " is a link to nothing; nothing was written";
    }
    return "the folder %s cannot be made: %s".formatted(folder, WriteFailure.reason(folder, why));
  }

  private static boolean isEmptyFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  private static List<Path> named(Path folder, String server) throws IOException {
    String id = id(folder);
    List<Path> written = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        Files.writeString(file, Files.readString(file).replace(NAME, id).replace(SERVER, server));
        written.add(folder.relativize(file));
      }
    }
    return written;
  }

  /** The folder's name, as far as it may be in the id of a workflow. */
  private static String id(Path folder) {
    String name = folder.toAbsolutePath().normalize().getFileName().toString();
    String id = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    return id.isEmpty() ? NAME : id;
  }
}
