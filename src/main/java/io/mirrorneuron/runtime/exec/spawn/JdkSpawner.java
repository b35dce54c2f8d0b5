package io.mirrorneuron.runtime.exec.spawn;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The portable form: the JDK's process builder with a small program in front that opens the
 * session. Costs three to four times as much as {@link PosixSpawner}, needs two threads per
 * program, and the JDK closes the pipes when the leader ends, so what its children print later is
 * lost.
 */
final class JdkSpawner implements Spawner {
  private static final String PERL = "use POSIX; POSIX::setsid(); exec {$ARGV[0]} @ARGV; exit 127";

  private final List<String> sessionStarter;

  JdkSpawner() {
    SearchPath path = SearchPath.of(SearchPath.DEFAULT);
    this.sessionStarter =
        path.find("setsid")
            .map(setsid -> List.of(setsid.toString()))
            .or(() -> path.find("perl").map(perl -> List.of(perl.toString(), "-e", PERL)))
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "processes need setsid or perl on this machine; none was found"));
  }

  @Override
  public Child spawn(Program program, Watcher watcher) throws IOException {
    if (program.domain() != Domain.NONE) {
      throw new IOException("programs cannot be confined on this machine");
    }
    var command = new ArrayList<>(sessionStarter);
    command.add(program.executable().toString());
    command.addAll(program.arguments().subList(1, program.arguments().size()));
    var builder = new ProcessBuilder(command).directory(program.workingFolder().toFile());
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.environment().clear();
    builder.environment().putAll(program.environment());
    return new JdkChild(builder.start(), watcher);
  }

  @Override
  public boolean canConfine() {
    return false;
  }

  @Override
  public void close() {}

  private static final class JdkChild implements Child {
    private final Process process;
    private final AtomicInteger openStreams = new AtomicInteger(2);

    JdkChild(Process process, Watcher watcher) {
      this.process = process;
      pump(process.getInputStream(), watcher::stdout, watcher);
      pump(process.getErrorStream(), watcher::stderr, watcher);
      process.onExit().thenRun(watcher::exited);
    }

    private void pump(InputStream stream, Consumer<ByteBuffer> sink, Watcher watcher) {
      Thread.ofPlatform()
          .daemon()
          .name("mn-process-" + process.pid())
          .start(
              () -> {
                byte[] buffer = new byte[16 * 1024];
                try (stream) {
                  for (int count; (count = stream.read(buffer)) >= 0; ) {
                    sink.accept(ByteBuffer.wrap(buffer, 0, count));
                  }
                } catch (IOException e) {
                  // Closed from here or by the JDK: the end of the stream in either case.
                }
                if (openStreams.decrementAndGet() == 0) {
                  watcher.drained();
                }
              });
    }

    @Override
    public int pid() {
      return (int) process.pid();
    }

    @Override
    public End reap() {
      return new End(process.exitValue(), Duration.ZERO, 0);
    }

    @Override
    public boolean signal(Signal signal) {
      return kill("-" + signal.number);
    }

    @Override
    public boolean isGroupAlive() {
      return kill("-0");
    }

    private boolean kill(String signal) {
      try {
        Process kill =
            new ProcessBuilder("kill", signal, "--", "-" + process.pid())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return kill.waitFor(5, TimeUnit.SECONDS) && kill.exitValue() == 0;
      } catch (IOException e) {
        throw new IllegalStateException("processes cannot be signalled", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return true;
      }
    }

    @Override
    public boolean isAncestorOf(int pid) {
      return false;
    }

    @Override
    public void close() {
      try {
        process.getInputStream().close();
        process.getErrorStream().close();
      } catch (IOException e) {
        // The pipes are gone either way.
      }
    }
  }
}
