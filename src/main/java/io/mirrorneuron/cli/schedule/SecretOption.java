package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.model.MnException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** A secret that somebody has chosen: on the command line, or better in a file. */
final class SecretOption {
  private static final int LONGEST_FILE = 4 << 10;

  @Option(
      names = "--secret",
      paramLabel = "TEXT",
      description = "That senders sign with. Others on this machine can read command lines.")
  String secret;

  @Option(
      names = "--secret-file",
      paramLabel = "FILE",
      description = "The same from a file; blanks and line ends around it are not of it.")
  Path file;

  /**
   * Null when none is given.
   *
   * @throws MnException INVALID
   */
  String value() {
    if (secret != null && file != null) {
      throw MnException.invalid("give either --secret or --secret-file");
    }
    return file == null ? secret : read();
  }

  private String read() {
    try {
      if (Files.size(file) > LONGEST_FILE) {
        throw MnException.invalid("--secret-file: " + file + " is too large for a secret");
      }
      return Files.readString(file).strip();
    } catch (CharacterCodingException e) {
      throw MnException.invalid("--secret-file: " + file + " is not UTF-8 text");
    } catch (IOException e) {
      throw MnException.invalid("--secret-file: " + file + " cannot be read");
    }
  }
}
