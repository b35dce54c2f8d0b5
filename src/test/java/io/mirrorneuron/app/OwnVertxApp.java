package io.mirrorneuron.app;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Submits a job, follows its events, and answers what it asks people: all of it over the bus. */
final class OwnVertxApp implements AutoCloseable {
  private final Vertx vertx;
  private final String token;
  private final String node;

  private OwnVertxApp(Vertx vertx, String token, String node) {
    this.vertx = vertx;
    this.token = token;
    this.node = node;
  }

  static OwnVertxApp join(int port, String members, String cluster, String token) throws Exception {
    Config config = new Config().setClusterName(cluster);
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.getNetworkConfig().setPort(port).setPortAutoIncrement(false);
    config.getNetworkConfig().setPublicAddress("127.0.0.1:" + port);
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    JoinConfig join = config.getNetworkConfig().getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).addMember(members);
    EventBusOptions bus =
        new EventBusOptions().setHost("127.0.0.1").setClusterPublicHost("127.0.0.1");
    Vertx vertx =
        Vertx.builder()
            .with(new VertxOptions().setEventBusOptions(bus))
            .withClusterManager(new HazelcastClusterManager(config))
            .buildClustered()
            .await(60, TimeUnit.SECONDS);
    // Any server will do; the next calls go to the one that has answered.
    String node =
        vertx
            .eventBus()
            .<JsonObject>request("mn.areas", new JsonObject())
            .map(answer -> answer.body().getString("node"))
            .await(30, TimeUnit.SECONDS);
    return new OwnVertxApp(vertx, token, node);
  }

  /** The same program with another token. */
  OwnVertxApp as(String other) {
    return new OwnVertxApp(vertx, other, node);
  }

  /** The answer's bytes; fails with a {@code ReplyException} whose code is the HTTP status. */
  Buffer ask(String address, Object message, Map<String, String> headers) throws Exception {
    DeliveryOptions delivery = new DeliveryOptions().setSendTimeout(20_000);
    headers.forEach(delivery::addHeader);
    if (token != null) {
      delivery.addHeader("authorization", "Bearer " + token);
    }
    return vertx
        .eventBus()
        .<Buffer>request(address + "@" + node, message, delivery)
        .map(answer -> answer.body())
        .await(30, TimeUnit.SECONDS);
  }

  JsonObject call(String area, String operation, JsonObject message) throws Exception {
    return ask("mn." + area, message, Map.of("op", operation)).toJsonObject();
  }

  /** The ids of the new job and of its run, as {@code job_id} and {@code run_id}. */
  JsonObject submit(JsonObject manifest) throws Exception {
    JsonObject body = new JsonObject().put("manifest", manifest);
    return call("jobs", "submitJob", new JsonObject().put("$body", body));
  }

  /** All events of the job up to its end; whatever it asks people is approved. */
  List<JsonObject> follow(String job, String run) throws Exception {
    List<JsonObject> events = new ArrayList<>();
    long after = 0;
    boolean ended = false;
    while (!ended) {
      JsonObject read = new JsonObject().put("job_id", job).put("after", after);
      JsonObject page =
          ask("mn.jobs", read, Map.of("op", "listJobEvents", "wait-ms", "1000")).toJsonObject();
      page.getJsonArray("data").forEach(event -> events.add((JsonObject) event));
      after = page.getLong("next", after);
      ended = page.getBoolean("ended");
      if (!ended) {
        approve(run);
      }
    }
    return events;
  }

  private void approve(String run) throws Exception {
    JsonArray asked =
        call("human", "listHuman", new JsonObject().put("run_id", run)).getJsonArray("data");
    for (Object request : asked) {
      JsonObject answer = new JsonObject().put("decision", "approve").put("by", "own app");
      call(
          "human",
          "respondToRunHuman",
          new JsonObject()
              .put("run_id", run)
              .put("request_id", ((JsonObject) request).getString("request_id"))
              .put("$body", answer));
    }
  }

  /** A file that an operation answers, piece by piece. */
  Buffer read(String area, String operation, JsonObject message) throws Exception {
    String file = call(area, operation, message).getString("file");
    ask("mn.files", new JsonObject(), Map.of("op", "open", "file", file));
    Buffer all = Buffer.buffer();
    Buffer piece;
    do {
      piece = ask("mn.files", new JsonObject(), Map.of("op", "next", "file", file));
      all.appendBuffer(piece);
    } while (piece.length() > 0);
    ask("mn.files", new JsonObject(), Map.of("op", "close", "file", file));
    return all;
  }

  /** Sends a file piece by piece, and then the call that needs it. */
  JsonObject send(String area, String operation, List<Buffer> pieces) throws Exception {
    String file = ask("mn.files", new JsonObject(), Map.of("op", "store")).toString();
    for (Buffer piece : pieces) {
      ask("mn.files", piece, Map.of("op", "append", "file", file));
    }
    JsonObject upload = new JsonObject().put("file", file).put("file_name", "bundle.zip");
    return call(area, operation, new JsonObject().put("$upload", upload));
  }

  @Override
  public void close() throws TimeoutException {
    vertx.close().await(30, TimeUnit.SECONDS);
  }
}
