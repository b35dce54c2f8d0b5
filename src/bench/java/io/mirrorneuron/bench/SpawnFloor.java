package io.mirrorneuron.bench;

import io.mirrorneuron.runtime.exec.spawn.Domain;
import io.mirrorneuron.runtime.exec.spawn.Program;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Starts {@code /bin/true} in sessions of its own and waits for its end, and nothing else. */
sealed interface SpawnFloor {

  /** A loop in C where there is a compiler, else one around our own spawner. */
  static SpawnFloor best(Path folder) {
    try {
      return NativeLoop.compile(folder);
    } catch (IOException e) {
      return new JavaLoop();
    }
  }

  String what();

  double perSecond(int processes, int atOnce) throws Exception;

  /** The loop of {@code spawn.c}. */
  record NativeLoop(Path program) implements SpawnFloor {
    static NativeLoop compile(Path folder) throws IOException {
      Path source = folder.resolve("spawn.c");
      Path program = folder.resolve("spawn");
      try (InputStream text = SpawnFloor.class.getResourceAsStream("/bench/spawn.c")) {
        Files.copy(text, source);
      }
      run("cc", "-O2", "-o", program.toString(), source.toString());
      return new NativeLoop(program);
    }

    @Override
    public String what() {
      return "posix_spawn and waitpid in C";
    }

    @Override
    public double perSecond(int processes, int atOnce) throws IOException {
      return Double.parseDouble(
          run(program.toString(), Integer.toString(processes), Integer.toString(atOnce)));
    }

    private static String run(String... command) throws IOException {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      try {
        if (process.waitFor() != 0) {
          throw new IOException(command[0] + " says: " + output);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      return output;
    }
  }

  /** Our own spawner without the runner around it. */
  record JavaLoop() implements SpawnFloor {
    private static final Program TRUE =
        new Program(Path.of("/bin/true"), List.of("true"), Map.of(), Path.of("/"), Domain.NONE);

    @Override
    public String what() {
      return "our own spawner";
    }

    @Override
    public double perSecond(int processes, int atOnce) throws Exception {
      long begin = System.nanoTime();
      try (Spawner spawner = Spawner.best("bench");
          ExecutorService threads = Executors.newFixedThreadPool(atOnce)) {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < atOnce; i++) {
          all.add(
              threads.submit(
                  () -> {
                    for (int n = 0; n < processes / atOnce; n++) {
                      once(spawner);
                    }
                    return null;
                  }));
        }
        for (Future<?> each : all) {
          each.get();
        }
      }
      return processes / ((System.nanoTime() - begin) / 1e9);
    }

    /** Starts one and waits for its end. */
    static void once(Spawner spawner) throws IOException, InterruptedException {
      Ended ended = new Ended(new CountDownLatch(1));
      try (Spawner.Child child = spawner.spawn(TRUE, ended)) {
        ended.exit.await();
        child.reap();
      }
    }

    private record Ended(CountDownLatch exit) implements Spawner.Watcher {
      @Override
      public void stdout(ByteBuffer bytes) {}

      @Override
      public void stderr(ByteBuffer bytes) {}

      @Override
      public void drained() {}

      @Override
      public void exited() {
        exit.countDown();
      }
    }
  }
}
