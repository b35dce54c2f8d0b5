package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.config.ServiceMark;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Runs a program for what it prints, within limits of time and size. A program that cannot even be
 * killed, as one that waits for a broken driver, is not started a second time beside itself.
 */
final class ToolProcess implements GpuTool.ToolRun {
  /** Eight cards describe themselves in half a megabyte. */
  private static final int MOST_BYTES = 8 << 20;

  private static final int LONGEST_TOLD = 200;

  private final Path program;
  private final Duration patience;
  private volatile Process last;

  ToolProcess(Path program, Duration patience) {
    this.program = program;
    this.patience = patience;
  }

  @Override
  public String output(String... arguments) throws IOException, InterruptedException {
    if (last != null && last.isAlive()) {
      throw new IOException("it still hangs since it was started before");
    }
    List<String> command = new ArrayList<>(List.of(arguments));
    command.addFirst(program.toString());
    Process process =
        ServiceMark.start(
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD), name());
    last = process;
    try {
      process.getOutputStream().close();
      CompletableFuture<String> text = reading(process.getInputStream());
      String printed = text.get(patience.toNanos(), TimeUnit.NANOSECONDS);
      if (!process.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new TimeoutException();
      }
      if (process.exitValue() != 0) {
        throw new IOException("it ended with %d%s".formatted(process.exitValue(), told(printed)));
      }
      return printed;
    } catch (TimeoutException e) {
      throw new IOException("it did not answer in " + patience.toSeconds() + " seconds", e);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e);
    } finally {
      process.destroyForcibly();
    }
  }

  private String name() {
    return program.getFileName().toString();
  }

  private static CompletableFuture<String> reading(InputStream printed) {
    CompletableFuture<String> text = new CompletableFuture<>();
    Thread.ofPlatform() // a pipe holds the carrier of a virtual thread, and the JDK may add none
        .daemon()
        .name("gpu-tool-output")
        .start(
            () -> {
              try {
                byte[] bytes = printed.readNBytes(MOST_BYTES + 1);
                if (bytes.length > MOST_BYTES) {
                  throw new IOException("it prints more than " + MOST_BYTES + " bytes");
                }
                text.complete(new String(bytes, StandardCharsets.UTF_8));
              } catch (IOException e) {
                text.completeExceptionally(e);
              }
            });
    return text;
  }

  /** The first line, as these tools say there why they failed. */
  private static String told(String printed) {
    String line =
        printed
            .lines()
            .filter(one -> !one.isBlank())
            .limit(1)
            .map(String::strip)
            .collect(Collectors.joining());
    return line.isEmpty() ? "" : ": " + line.substring(0, Math.min(LONGEST_TOLD, line.length()));
  }
}
