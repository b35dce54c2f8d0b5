package io.mirrorneuron.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.cli.Screen;
import io.mirrorneuron.wire.Json;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import picocli.CommandLine;

/** Runs commands of {@code mn} in this process, as a shell would. */
public final class Shell {
  private final BiFunction<Screen, String[], CommandLine> program;
  private final Map<String, String> environment = new HashMap<>();
  private boolean interactive;

  /**
   * @param home becomes {@code MN_HOME}
   */
  public Shell(BiFunction<Screen, String[], CommandLine> program, Path home) {
    this.program = program;
    environment.put("MN_HOME", home.toString());
    environment.put("TZ", "UTC"); // wherever this machine is
  }

  /** What a command left behind. */
  public record Ended(int exitCode, String out, String err) {
    public ObjectNode json() {
      return Json.parseObject(out, "stdout");
    }
  }

  public Shell set(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** From here on a person watches. */
  public Shell atTerminal() {
    interactive = true;
    return this;
  }

  /** The same with lines that the person types. */
  public Ended typing(String lines, String... arguments) {
    InputStream stdin = System.in;
    System.setIn(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
    try {
      return run(arguments);
    } finally {
      System.setIn(stdin);
    }
  }

  public Ended run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Screen screen =
        new Screen(Map.copyOf(environment), interactive, Path.of(environment.get("MN_HOME")));
    int exitCode =
        program
            .apply(screen, arguments)
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return new Ended(exitCode, out.toString(), err.toString());
  }
}
