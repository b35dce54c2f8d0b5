package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.client.NodeClients;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.config.NodeSettings.Network;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.ClusterSummary.ClusterNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.node.NodeMembers.HostJoin;
import io.mirrorneuron.port.node.NodeMembers.Member;
import io.mirrorneuron.port.node.NodeMembers.NewNode;
import io.mirrorneuron.port.node.NodeMembers.Offer;
import io.mirrorneuron.port.node.PeerMembers.Asked;
import io.mirrorneuron.testing.FreePort;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.TestCertificate;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that talk to each other by TLS: they join, work together, and hear nobody else. */
@Timeout(240)
@Proof.Cluster
class NodeTlsIT {
  private static final String MAIN = "mirror_neuron@main";
  private static final String WORKER = "mirror_neuron@worker";
  private static final String TOKEN = "token-of-the-worker";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;
  private int workerPort;
  private Map<String, String> tls;
  private WholeServer main;
  private WholeServer worker;

  @BeforeEach
  void start() {
    TestCertificate certificate = TestCertificate.of("127.0.0.1", folder);
    tls = files(certificate);
    main =
        server(
            MAIN,
            certificate,
            Map.of(
                "network.expose", "true",
                "network.redis_port", Integer.toString(FreePort.at("127.0.0.1")),
                "network.tls_port", "0"));
    workerPort = FreePort.at("127.0.0.1");
    worker =
        server(
            WORKER,
            certificate,
            Map.of("network.join_token", TOKEN, "network.tls_port", Integer.toString(workerPort)));
  }

  private static Map<String, String> files(TestCertificate certificate) {
    return Map.of(
        "network.tls_key", certificate.keyPem().toString(),
        "network.tls_cert", certificate.pem().toString(),
        "network.tls_ca", certificate.pem().toString());
  }

  private WholeServer server(String name, TestCertificate certificate, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("node.name", name);
    settings.put("network.advertise_host", "127.0.0.1");
    settings.putAll(files(certificate));
    return WholeServer.start(folder.resolve(name), settings);
  }

  @AfterEach
  void stop() {
    worker.close();
    main.close();
  }

  private Member add(String address) {
    return main.cluster().members().add(new NewNode(WORKER, TOKEN, address));
  }

  /** As of the first server's home, where the certificates are known. */
  private MirrorNeuron terminal() {
    Map<String, String> settings = new HashMap<>(tls);
    settings.put("grpc.target", main.grpc().toString());
    settings.put("home", folder.resolve(MAIN).toString());
    settings.put("network.tls_port", Integer.toString(workerPort));
    return MirrorNeuron.connect(new ConfigLoader(Map.of(), null, settings, folder).loadForClient());
  }

  private static List<String> names(WholeServer server) {
    try {
      return server.cluster().overview().nodes().stream()
          .filter(node -> !node.status().equals("offline"))
          .map(ClusterNode::name)
          .sorted()
          .toList();
    } catch (MnException between) {
      return List.of();
    }
  }

  @Test
  void theyJoinAndAnswerForEachOther() throws Exception {
    try (MirrorNeuron terminal = terminal()) {
      assertThat(
              new HostJoin(terminal.cluster().members(), name -> false)
                  .add("127.0.0.1", null, TOKEN)
                  .member())
          .isEqualTo(new Member(WORKER, "connected"));
    }
    assertThat(add("127.0.0.1:" + workerPort)).isEqualTo(new Member(WORKER, "connected"));
    List<String> both = List.of(MAIN, WORKER);
    eventually(
        "each knows both", PATIENCE, () -> names(main).equals(both) && names(worker).equals(both));

    String job =
        main.jobs().submit(Submission.of(SampleManifests.program("tls", "sleep", "60"))).jobId();
    eventually("the other one pauses it", PATIENCE, () -> pauses(job));
    assertThat(main.jobs().get(job).facts().status()).isEqualTo("paused");
    URI logs = worker.uri("/runs/" + RunId.of(job) + "/logs");
    assertThat(
            HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(logs).build(), HttpResponse.BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(200);
    main.jobs().cancel(job);
  }

  private boolean pauses(String job) {
    try {
      return worker.jobs().pause(job, false).equals("paused");
    } catch (MnException notYet) {
      return false;
    }
  }

  @Test
  void nobodyIsHeardWithoutACertificateOrAtThePlainDoor() throws Exception {
    assertThatThrownBy(() -> add(worker.grpc().toString()))
        .hasMessageContaining("failed to connect to " + WORKER);
    Vertx vertx = Vertx.vertx();
    Offer offer = new Offer(MAIN, "0", "redis://127.0.0.1:1", "mn", "join");
    try (NodeClients stranger = new NodeClients(vertx, new Secret(TOKEN), Network.PLAIN)) {
      assertThatThrownBy(
              () ->
                  stranger
                      .members()
                      .join(new Asked(WORKER, worker.grpc().toString(), TOKEN), offer))
          .hasMessageContaining("network.tls_key");
      assertThatThrownBy(
              () ->
                  stranger
                      .members()
                      .join(new Asked(WORKER, "127.0.0.1:" + workerPort, TOKEN), offer))
          .hasMessageContaining("cannot be reached");
    }
    vertx.close().await();
    assertThat(Files.exists(folder.resolve(WORKER).resolve("cluster.json"))).isFalse();
    TestCertificate others =
        TestCertificate.of("localhost", Files.createDirectory(folder.resolve("o")));
    try (WholeServer other =
        server("mirror_neuron@other", others, Map.of("network.tls_port", "0"))) {
      assertThatThrownBy(() -> other.cluster().members().greet("127.0.0.1:" + workerPort, TOKEN))
          .as("a certificate of another authority")
          .isInstanceOf(MnException.class);
    }
  }
}
