import io.mirrorneuron.api.ConnectionLostException;
import io.mirrorneuron.api.FollowOptions;
import io.mirrorneuron.api.MirrorNeuron;
import io.mirrorneuron.api.Realtime;
import io.mirrorneuron.api.RunRecord;
import io.mirrorneuron.api.RealtimeOptions;
import io.mirrorneuron.api.Records;
import io.mirrorneuron.api.TopicRefusedException;
import io.mirrorneuron.api.model.Event;
import io.mirrorneuron.api.model.RealtimeMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Streams that are cut, silent, refused and many at once, against the server of MN_HOME. */
final class Streams {
  private static final int CUTS = 100;
  private static final Duration LONG = Duration.ofSeconds(120);
  private final MirrorNeuron mn = MirrorNeuron.find();
  private final String job = mn.submit(Checks.steps("many", 40, "for i in 1 2 3 4; do echo $i; done")).jobId();
  private final List<Event> events;
  private final List<RunRecord> records;

  public static void main(String[] arguments) throws Exception {
    Streams streams = new Streams();
    streams.aStreamThatIsCutEqualsTheLog();
    streams.topicsThatAreCutEqualTheLogs();
    streams.whoDoesNotAcknowledgeGetsAThousand();
    streams.othersGoOnWithTheCursors();
    streams.whatIsNotThereIsRefused();
    streams.silenceIsALostConnection();
    System.out.println("java: streams are well");
  }

  Streams() throws Exception {
    mn.wait(job, LONG);
    events = Checks.all(mn.followJob(job));
    records = Checks.all(mn.followRun("run-" + job));
    Checks.check(events.size() > 100 && records.size() > 200, "there is much to read");
  }

  private void aStreamThatIsCutEqualsTheLog() throws IOException {
    try (Cutter cutter = new Cutter(port(), CUTS, 5000)) {
      MirrorNeuron cut = new MirrorNeuron(cutter.url(), null);
      while (cutter.left() > 0) {
        Checks.equal(Checks.all(cut.followJob(job)), events);
        Checks.equal(Checks.all(cut.followRun("run-" + job)), records);
      }
    }
  }

  private void topicsThatAreCutEqualTheLogs() throws IOException {
    String ofJob = "job_events:" + job;
    String ofRun = "run:run-" + job + "?channels=events,logs,human,resources";
    Map<String, Long> nothing = nothingOf(ofJob);
    nothing.put(ofRun, null);
    RealtimeOptions options = new RealtimeOptions(false, LONG, Duration.ofSeconds(3));
    try (Cutter cutter = new Cutter(port(), CUTS / 2, 8000)) {
      MirrorNeuron cut = new MirrorNeuron(cutter.url(), null);
      while (cutter.left() > 0) {
        theyEqualTheLogs(cut.realtime(nothing, options), ofJob, ofRun);
      }
    }
  }

  private void theyEqualTheLogs(Realtime topics, String ofJob, String ofRun) {
    List<Event> jobSeen = new ArrayList<>();
    List<RunRecord> runSeen = new ArrayList<>();
    List<String> ended = new ArrayList<>();
    for (RealtimeMessage message : topics) {
      if (message.patch() == null) {
        ended.add(message.topic());
      } else if (message.topic().equals(ofJob)) {
        jobSeen.add(topics.patch(message, Event.class));
      } else {
        runSeen.add(topics.patch(message, RunRecord.class));
      }
    }
    Checks.equal(jobSeen, events);
    Checks.equal(runSeen, records);
    Checks.equal(ended.stream().sorted().toList(), List.of(ofJob, ofRun));
  }

  private void whoDoesNotAcknowledgeGetsAThousand() throws Exception {
    String loud = mn.submit(Checks.steps("loud", 1, "seq 1500")).jobId();
    mn.wait(loud, LONG);
    Map<String, Long> topic = nothingOf("run:run-" + loud + "?channels=logs");
    try (Realtime logs = mn.realtime(topic, RealtimeOptions.BY_HAND)) {
      RealtimeMessage thousandth = null;
      for (int i = 0; i < 1000; i++) {
        thousandth = logs.next();
      }
      CompletableFuture<RealtimeMessage> next = CompletableFuture.supplyAsync(logs::next);
      Checks.thrown(TimeoutException.class, () -> next.get(1, TimeUnit.SECONDS));
      logs.acknowledge(thousandth);
      Checks.check(next.get(10, TimeUnit.SECONDS).version() > thousandth.version(), "there is more");
      Checks.check(Checks.all(logs).size() >= 500, "and the rest");
    }
  }

  private void othersGoOnWithTheCursors() {
    String topic = "job_events:" + job;
    Map<String, Long> cursors;
    try (Realtime first = mn.realtime(topic)) {
      for (int i = 0; i < 10; i++) {
        first.next();
      }
      cursors = first.cursors(); // nine: who has not come back for the next may not be done with the tenth
    }
    Checks.equal(cursors, Map.of(topic, 9L));
    try (Realtime second = mn.realtime(cursors, RealtimeOptions.USUAL)) {
      Checks.equal(second.patch(second.next(), Event.class), events.get(9));
    }
  }

  private void whatIsNotThereIsRefused() throws IOException {
    TopicRefusedException refused = Checks.thrown(TopicRefusedException.class, () -> mn.realtime("job_events:nobody").next());
    Checks.equal(refused.code() + " " + refused.topic(), "TOPIC_NOT_FOUND job_events:nobody");
    Checks.equal(Checks.thrown(TopicRefusedException.class, () -> mn.realtime("weather").next()).topic(), "weather");
  }

  /** Somebody takes connections and says nothing. */
  private void silenceIsALostConnection() throws IOException {
    try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      MirrorNeuron silent = new MirrorNeuron("http://127.0.0.1:" + mute.getLocalPort(), null);
      Duration second = Duration.ofSeconds(1);
      FollowOptions hasty = FollowOptions.USUAL.withPatience(second).withSilence(second);
      try (Records<Event> none = silent.followJob("j", hasty)) {
        Checks.thrown(ConnectionLostException.class, none::next);
      }
      RealtimeOptions options = new RealtimeOptions(false, second, second);
      Checks.thrown(ConnectionLostException.class, () -> silent.realtime(nothingOf("job_events:j"), options).next());
    }
  }

  private static Map<String, Long> nothingOf(String topic) {
    Map<String, Long> cursors = new TreeMap<>();
    cursors.put(topic, null);
    return cursors;
  }

  private static int port() throws IOException {
    String announced = Files.readString(Path.of(System.getenv("MN_HOME"), "runtime-endpoints.json"));
    Matcher port = Pattern.compile("\"api\":\\{[^}]*\"port\":(\\d+)").matcher(announced);
    Checks.check(port.find(), "the server is announced");
    return Integer.parseInt(port.group(1));
  }
}
