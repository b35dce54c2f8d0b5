import io.mirrorneuron.api.MirrorNeuron;
import io.mirrorneuron.api.MirrorNeuronException;
import io.mirrorneuron.api.ProblemException;
import io.mirrorneuron.api.Realtime;
import io.mirrorneuron.api.RunRecord;
import io.mirrorneuron.api.model.Event;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A server that is killed under its followers and started again on its port; MN is the program. */
final class Restart {
  private static final String TOKEN = "s3cret";
  private final Path folder = Files.createTempDirectory("restart");
  private final int port = freePort();
  private final String url = "http://localhost:" + port;
  private final MirrorNeuron mn = new MirrorNeuron(url, TOKEN);
  private Process server;

  public static void main(String[] arguments) throws Exception {
    Restart restart = new Restart();
    restart.start();
    try {
      restart.followersAndWaitersGoOn();
    } finally {
      restart.server.destroy();
      restart.server.waitFor();
    }
    System.out.println("java: a restart is well");
  }

  Restart() throws IOException {}

  private void start() throws IOException {
    ProcessBuilder up = new ProcessBuilder(System.getenv("MN"), "up", "--api-port=" + port, "--grpc-port=0", "--home=" + folder.resolve("home"));
    up.environment().putAll(Map.of("MN_API_TOKEN", TOKEN, "MN_RESOURCE_ADMISSION_ENABLED", "false", "MN_TEMP_DIR", folder.resolve("tmp").toString()));
    File log = folder.resolve("log").toFile();
    server = up.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log)).start();
  }

  private void followersAndWaitersGoOn() throws Exception {
    String job = submitWhenUp();
    String run = "run-" + job;
    ExecutorService threads = Executors.newCachedThreadPool();
    CompletableFuture<List<Event>> events = CompletableFuture.supplyAsync(() -> Checks.all(mn.followJob(job)), threads);
    CompletableFuture<List<RunRecord>> records = CompletableFuture.supplyAsync(() -> Checks.all(mn.followRun(run)), threads);
    CompletableFuture<List<Event>> topic = CompletableFuture.supplyAsync(() -> topic("job_events:" + job), threads);
    for (Event event : mn.followJob(job)) {
      if (event.seq() > 20) {
        break; // the others are on their way
      }
    }
    server.destroyForcibly().waitFor();
    start();
    Checks.equal(mn.wait(job, Duration.ofSeconds(150)).status(), "completed");
    Checks.equal(events.get(60, TimeUnit.SECONDS), Checks.all(mn.followJob(job)));
    Checks.equal(records.get(60, TimeUnit.SECONDS), Checks.all(mn.followRun(run)));
    Checks.equal(topic.get(60, TimeUnit.SECONDS), events.get());
    threads.shutdown();
    MirrorNeuron guess = new MirrorNeuron(url, "guess");
    Checks.thrown(ProblemException.Unauthorized.class, () -> guess.result(run));
    Checks.thrown(ProblemException.Unauthorized.class, () -> guess.followRun(run).next());
    Checks.thrown(ProblemException.Unauthorized.class, () -> guess.realtime("job_events:" + job).next());
  }

  private List<Event> topic(String name) {
    Realtime topics = mn.realtime(name);
    return Checks.all(topics).stream().filter(message -> message.patch() != null).map(message -> topics.patch(message, Event.class)).toList();
  }

  private String submitWhenUp() throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return mn.submit(Checks.steps("slow", 16, "sleep 0.5; echo done")).jobId();
      } catch (MirrorNeuronException away) {
        if (attempt == 300) {
          throw away;
        }
        Thread.sleep(200);
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }
}
