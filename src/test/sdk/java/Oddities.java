import com.sun.net.httpserver.HttpServer;
import io.mirrorneuron.api.MirrorNeuron;
import io.mirrorneuron.api.ProblemException;
import io.mirrorneuron.api.model.Event;
import io.mirrorneuron.api.model.HumanRecord;
import io.mirrorneuron.api.model.SubmitRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.Queue;

/** A server that answers what no server of ours does today, but one may, or something between us and it. */
final class Oddities {
  /** A status, a value of Retry-After or none, and a body; status 0 is no answer at all. */
  private record Told(int status, String retryAfter, String body) {}

  private final Queue<Told> answers = new LinkedList<>();
  private final List<String> keys = new ArrayList<>();
  private final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  private final MirrorNeuron mn = new MirrorNeuron("http://127.0.0.1:" + server.getAddress().getPort(), "secret");

  public static void main(String[] arguments) throws Exception {
    Oddities oddities = new Oddities();
    try {
      oddities.streamsOfOtherForms();
      oddities.jobsOfTheFuture();
      oddities.problemsOfAllForms();
      oddities.whatIsSafeIsSentAgain();
    } finally {
      oddities.server.stop(0);
    }
    System.out.println("java: oddities are well");
  }

  Oddities() throws IOException {
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Idempotency-Key")));
          Told told = answers.remove();
          if (told.status == 0) {
            exchange.close();
            return;
          }
          if (told.retryAfter != null) {
            exchange.getResponseHeaders().add("Retry-After", told.retryAfter);
          }
          byte[] body = told.body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(told.status, body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  private void will(int status, String body) {
    answers.add(new Told(status, null, body));
  }

  private void streamsOfOtherForms() {
    will(200, ": hello\nretry: 5\nfuture: x\n\nid: 1\ndata: {\"seq\":1,\ndata: \"type\":\"a\"}\n\nid\r\ndata:{\"type\":null,\"new\":[1]}\r\n\r\ndata: {\"seq\":3");
    will(200, "id: 3\ndata: {\"seq\":3}\n\nevent: end\ndata: {}\n\n");
    List<Event> events = Checks.all(mn.followJob("j"));
    Checks.equal(events.stream().map(Event::seq).map(String::valueOf).toList(), List.of("1", "null", "3"));
    Checks.equal(events.get(1).others().get("new"), List.of(1));
    will(200, "data: {\"payload\":null,\"type\":\"t\"}\n\nevent: end\ndata:\n\n");
    List<HumanRecord> records = Checks.all(mn.followHuman("r"));
    Checks.equal(records.get(0).type(), "t");
  }

  private void jobsOfTheFuture() throws Exception {
    will(200, "{\"job\":{}}");
    will(200, "{\"job\":{\"status\":\"dreaming\",\"dream\":{}}}");
    will(200, "{\"job\":{\"status\":\"completed\",\"dream\":{}},\"new\":1}");
    Checks.check(mn.wait("j", Duration.ofSeconds(60)).others().containsKey("dream"), "it is kept");
  }

  private void problemsOfAllForms() {
    for (String body : List.of("", "null", "[]", "\"no\"", "<html>bad gateway</html>", "{}", "{\"error\":null,\"errors\":null,\"validation\":null}", "{\"errors\":[null]}", "{\"errors\":[{}],\"new\":1}", "{\"errors\":{}}")) {
      will(404, body);
      ProblemException.NotFound problem = Checks.thrown(ProblemException.NotFound.class, () -> mn.result("r"));
      Checks.equal(problem.error(), "http_404");
      Checks.check(problem.code().isEmpty() && problem.validation().isEmpty(), body);
    }
    answers.add(new Told(429, "60", "{\"error\":\"too_many_requests\"}"));
    ProblemException busy = Checks.thrown(ProblemException.TooBusy.class, () -> mn.result("r"));
    Checks.equal(busy.retryAfter().orElseThrow(), Duration.ofSeconds(60));
  }

  private void whatIsSafeIsSentAgain() {
    keys.clear();
    answers.add(new Told(503, "0", "{}"));
    will(0, "");
    answers.add(new Told(429, "0", "{}"));
    will(201, "{\"job_id\":\"j\",\"new\":{}}");
    Checks.equal(mn.submit(SubmitRequest.builder().build()).jobId(), "j");
    Checks.equal(keys.size() + " with " + keys.stream().distinct().count(), "4 with 1");
    answers.add(new Told(503, "0", "{\"error\":\"unavailable\"}"));
    Checks.thrown(ProblemException.TooBusy.class, () -> mn.answer("r", "q", "approve"));
    Checks.equal(keys.size(), 5);
  }
}
