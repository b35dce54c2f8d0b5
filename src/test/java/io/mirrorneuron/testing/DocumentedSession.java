package io.mirrorneuron.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Does what a page of the documentation shows, in its order, and compares what is printed.
 *
 * <ul>
 *   <li>A block behind a line {@code `path`:} is a file. It is written below the session's folder;
 *       one that begins with {@code #!} can be executed.
 *   <li>A block {@code console} is typed into one shell: commands behind {@code $}, continued while
 *       a line ends with a backslash, and what they print. An ellipsis stands for any text in a
 *       line, and alone for any lines.
 *   <li>All other blocks are for readers.
 * </ul>
 */
public final class DocumentedSession implements AutoCloseable {
  private static final Pattern BLOCK =
      Pattern.compile(
          "(?:^`([\\w./-]+)`:\n+)?^```([a-z]*)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
  private static final String DONE = "--done--";

  private final Path folder;
  private final Process shell;
  private final BufferedReader output;
  private final BufferedWriter input;

  /**
   * @param folder where files are written and commands begin
   * @param environment of the shell, beside that of this process
   */
  public DocumentedSession(Path folder, Map<String, String> environment) throws IOException {
    this.folder = folder;
    ProcessBuilder bash = new ProcessBuilder("bash").directory(folder.toFile());
    bash.environment().keySet().removeIf(name -> name.startsWith("MN_"));
    bash.environment().put("MN_RESOURCE_ADMISSION_ENABLED", "false"); // whatever else runs here
    bash.environment().putAll(environment);
    this.shell = bash.redirectErrorStream(true).start();
    this.output = shell.inputReader(StandardCharsets.UTF_8);
    this.input = shell.outputWriter(StandardCharsets.UTF_8);
  }

  /**
   * Follows a page from its beginning to its end.
   *
   * @param page its text
   * @return how many commands were run
   */
  public int follow(String page) throws IOException {
    int commands = 0;
    for (var block : BLOCK.matcher(page).results().toList()) {
      if (block.group(1) != null) {
        write(folder.resolve(block.group(1)), block.group(3));
      } else if (block.group(2).equals("console")) {
        commands += type(block.group(3));
      }
    }
    return commands;
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(text.startsWith("#!"))).isTrue();
  }

  private int type(String console) throws IOException {
    String[] parts = ("\n" + console).split("\n\\$ ", -1);
    for (int i = 1; i < parts.length; i++) {
      String part = parts[i];
      int end = part.indexOf('\n');
      while (end > 0 && part.charAt(end - 1) == '\\') {
        end = part.indexOf('\n', end + 1);
      }
      String command = end < 0 ? part : part.substring(0, end);
      String expected = end < 0 ? "" : part.substring(end + 1);
      assertThat(run(command)).as("$ " + command).matches(pattern(expected));
    }
    return parts.length - 1;
  }

  private String run(String command) throws IOException {
    input.write(command + "\necho; echo " + DONE + "\n");
    input.flush();
    StringBuilder said = new StringBuilder();
    for (String line = output.readLine(); !DONE.equals(line); line = output.readLine()) {
      assertThat(line).as("the shell ended in %s, having said:%n%s", command, said).isNotNull();
      said.append(line).append('\n');
    }
    return said.toString().strip();
  }

  private static Pattern pattern(String expected) {
    String lines =
        expected.strip().lines().map(DocumentedSession::line).collect(Collectors.joining("\n"));
    return Pattern.compile(lines, Pattern.DOTALL);
  }

  private static String line(String line) {
    return line.strip().equals("…") ? ".*" : "\\Q" + line.replace("…", "\\E[^\\n]*\\Q") + "\\E";
  }

  @Override
  public void close() throws IOException {
    input.close();
    try {
      if (!shell.waitFor(10, TimeUnit.SECONDS)) {
        shell.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
