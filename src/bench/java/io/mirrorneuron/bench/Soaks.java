package io.mirrorneuron.bench;

import io.mirrorneuron.bench.Figure.Unit;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** What a server keeps in memory, in Redis and on disk of many jobs that have ended. */
final class Soaks implements Measurement {
  private static final int BLOCK = 4096;
  private static final int JOBS = 100_000;
  private static final int PROGRAM_JOBS = 1000;
  private static final long REST_MILLIS = 3000;

  @Override
  public String name() {
    return "soak";
  }

  @Override
  public List<Figure> run(Plan plan) throws Exception {
    List<Figure> figures = new ArrayList<>();
    try (Server server = Server.up(plan, "soak")) {
      figures.add(
          kept(plan, server, "no-op job", Workflows.routers(), plan.quick() ? 2000 : JOBS)
              .with("server_rss_mib_after", server.process().residentMiB())
              .with("server_live_heap_mib_after", server.process().liveHeapMiB()));
      figures.add(
          kept(
              plan,
              server,
              "job of three /bin/true",
              Workflows.processes(),
              plan.count(PROGRAM_JOBS)));
    }
    return figures;
  }

  private static Figure kept(Plan plan, Server server, String what, String body, int jobs)
      throws Exception {
    Clients clients = new Clients(server.port(), one -> Server.complete(one, body));
    clients.run(100, Plan.CONNECTIONS);
    Plan.pause(REST_MILLIS);
    double redis = server.redisUsedBytes();
    long disk = diskBytes(server.home());
    double perSecond = clients.run(jobs, Plan.CONNECTIONS).perSecond();
    Plan.pause(REST_MILLIS);
    double each = (server.redisUsedBytes() - redis) / jobs / 1024;
    plan.progress("soak, %s: %.0f jobs/s, %.2f KiB in Redis".formatted(what, perSecond, each));
    return new Figure(
            "Redis memory of a finished %s, after %d".formatted(what, jobs),
            Unit.KIBIBYTES,
            each,
            null)
        .with("disk_kib_per_job", (diskBytes(server.home()) - disk) / 1024.0 / jobs)
        .with("jobs_per_s", perSecond);
  }

  /**
   * Blocks of all files and folders, but for those of Redis, which it writes anew from time to
   * time.
   */
  private static long diskBytes(Path home) throws IOException {
    long[] bytes = {0};
    Files.walkFileTree(
        home,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            if (folder.equals(home.resolve("redis"))) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            bytes[0] += BLOCK;
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              bytes[0] += (attributes.size() + BLOCK - 1) / BLOCK * BLOCK;
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE; // it went meanwhile
          }
        });
    return bytes[0];
  }
}
