package io.mirrorneuron.cli.run;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The output file of a command. */
final class TargetFile {
  private TargetFile() {}

  /**
   * @param output the file, or the folder that it is to lie in; null for the working directory
   * @param name of the file where a folder is given
   * @param replaces whether a file that is there may be lost
   * @throws MnException NOT_FOUND when the folder is none; CONFLICT {@code file_exists} when
   *     something is there that may not be replaced; a folder never is
   */
  static Path of(String output, String name, boolean replaces) {
    Path file = place(output, name);
    if (Files.exists(file) && !(replaces && Files.isRegularFile(file))) {
      throw new MnException(
          ErrorCode.CONFLICT,
          "file_exists",
          file
              + (Files.isRegularFile(file)
                  ? " is there already; --force replaces it"
                  : " is there already and is no file"));
    }
    return file;
  }

  private static Path place(String output, String name) {
    if (output == null) {
      return Path.of(name);
    }
    Path path = Path.of(output);
    if (Files.isDirectory(path)) {
      return path.resolve(name);
    }
    if (output.endsWith("/")) {
      throw new MnException(ErrorCode.NOT_FOUND, "folder_not_found", "there is no folder " + path);
    }
    return path;
  }
}
