package io.mirrorneuron.security;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.JwtSettings;
import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.security.JwtAuth.FetchedKeys;
import io.mirrorneuron.security.JwtAuth.FetchedKeys.KeyFetch;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.KeyAddress;
import io.mirrorneuron.testing.Tokens;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Keys at an address: away, slow, wrong, changed; seen from the HTTP door. */
@Timeout(60)
@Whole
class FetchedKeysIT {
  private static final Tokens FIRST = Tokens.of(JwtAlgorithm.ES256, "k1");
  private static final Tokens SECOND = Tokens.of(JwtAlgorithm.ES256, "k2");
  private static final Tokens RSA = Tokens.of(JwtAlgorithm.RS256, "r1");

  /** After which a key that is not known is a reason to look again. */
  private static final Duration GAP = Duration.ofSeconds(31);

  private final TurnedClock clock = new TurnedClock(GatewayFixture.NOW);
  @TempDir Path folder;
  private KeyAddress address;
  private GatewayFixture gateway;

  @BeforeEach
  void open() throws Exception {
    address = new KeyAddress();
    address.shows(Tokens.jwks(FIRST));
  }

  @AfterEach
  void close() throws Exception {
    if (gateway != null) {
      gateway.close();
    }
    address.close();
  }

  private void start() throws Exception {
    start(FIRST.byAddress(address.uri()));
  }

  private void start(JwtSettings jwt) throws Exception {
    gateway = GatewayFixture.believing(folder, jwt, clock);
  }

  private HttpRequest request(String token) {
    return HttpRequest.newBuilder(gateway.uri("/api/v1/jobs?limit=1"))
        .timeout(Duration.ofSeconds(20))
        .header("Authorization", "Bearer " + token)
        .build();
  }

  private String tokenOf(Tokens issuer) {
    return issuer.of("anna", Role.VIEWER, clock.instant());
  }

  private int status(Tokens issuer) throws Exception {
    return gateway.send(request(tokenOf(issuer))).statusCode();
  }

  private void mustBeUnavailable(HttpResponse<String> answer) {
    ObjectNode problem = Json.parseObject(answer.body(), "problem");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
    assertThat(Integer.parseInt(answer.headers().firstValue("Retry-After").orElseThrow()))
        .isBetween(1, 30);
    assertThat(problem.path("error").asText()).isEqualTo("unavailable");
    assertThat(problem.path("detail").asText()).contains("auth.jwt.jwks_url");
  }

  @Test
  void keysAreFetchedAtStartAndNotForEachRequest() throws Exception {
    start();
    for (int i = 0; i < 20; i++) {
      assertThat(status(FIRST)).isEqualTo(200);
    }
    assertThat(address.asked()).isEqualTo(1);
  }

  @Test
  void anAddressThatIsAwayAtStartDelaysNobodyElse() throws Exception {
    address.goAway();
    start();
    mustBeUnavailable(gateway.send(request(tokenOf(FIRST))));
    assertThat(gateway.get("/api/v1/jobs").statusCode()).isEqualTo(200); // the static token
    assertThat(gateway.send(request("a.b.c")).statusCode()).isEqualTo(401);

    address.comeBack();
    mustBeUnavailable(gateway.send(request(tokenOf(FIRST)))); // not asked again so soon
    assertThat(address.asked()).isZero();
    clock.turn(GAP);
    assertThat(status(FIRST)).isEqualTo(200);
    assertThat(address.asked()).isEqualTo(1);
  }

  @Test
  void anAddressThatComesBackIsFoundWithoutAnyRequest() throws Exception {
    address.goAway();
    start(withRefresh(Duration.ofMillis(100)));
    address.comeBack();
    eventually("it is asked", () -> address.asked() > 0);
    eventually(
        "its keys count",
        () -> gateway.issued.authenticate("Bearer " + tokenOf(FIRST)).succeeded());
  }

  private JwtSettings withRefresh(Duration refresh) {
    JwtSettings jwt = FIRST.byAddress(address.uri());
    return new JwtSettings(
        jwt.algorithms(),
        null,
        jwt.jwksUrl(),
        refresh,
        jwt.issuer(),
        jwt.audience(),
        jwt.leeway(),
        jwt.roleClaim(),
        Map.of(),
        jwt.subjectClaim());
  }

  @Test
  void aServerThatHangsIsWaitedForFiveSecondsAtMost() throws Exception {
    ListAppender<ILoggingEvent> reported = new ListAppender<>();
    reported.start();
    Logger log = (Logger) LoggerFactory.getLogger(FetchedKeys.class);
    log.addAppender(reported);
    try {
      hangs(reported);
    } finally {
      log.detachAppender(reported);
    }
  }

  private void hangs(ListAppender<ILoggingEvent> reported) throws Exception {
    address.answers(request -> {});
    start();
    var waiting =
        gateway.http.sendAsync(request(tokenOf(FIRST)), HttpResponse.BodyHandlers.ofString());
    // Whoever needs no key is served meanwhile.
    assertThat(gateway.get("/api/v1/jobs").statusCode()).isEqualTo(200);
    assertThat(waiting).isNotDone();
    mustBeUnavailable(waiting.get(20, TimeUnit.SECONDS));
    assertThat(reported.list)
        .singleElement()
        .asString()
        .contains("it did not answer within 5 s; known keys stay");
  }

  @Test
  void anAddressThatStaysAwayIsToldOnce() throws Exception {
    ListAppender<ILoggingEvent> reported = new ListAppender<>();
    reported.start();
    Logger log = (Logger) LoggerFactory.getLogger(FetchedKeys.class);
    log.addAppender(reported);
    try {
      address.answers(request -> request.response().setStatusCode(500).end());
      start(withRefresh(Duration.ofMillis(50)));
      eventually("it is asked again and again", () -> address.asked() > 3);
    } finally {
      log.detachAppender(reported);
    }
    assertThat(reported.list).singleElement().asString().contains("known keys stay");
  }

  @Test
  void aFetchThatBeginsWhileTheServerEndsFails() {
    Vertx vertx = Vertx.vertx();
    KeyFetch fetch = new KeyFetch(vertx, address.uri());
    Future<Void> closing = vertx.close();

    assertThat(fetch.get().failed()).isTrue();
    closing.await();
    assertThat(address.asked()).isZero();
  }

  @Test
  void openingWaitsForNobody() {
    address.answers(request -> {});
    Vertx vertx = Vertx.vertx();
    try {
      JwtAuth auth = JwtAuth.open(FIRST.byAddress(address.uri()), vertx, clock);
      assertThat(auth.authenticate("Bearer " + tokenOf(FIRST)).isComplete()).isFalse();
      assertThat(auth.authenticate("Bearer a.b.c").failed()).isTrue();
    } finally {
      vertx.close().await();
    }
  }

  @Test
  void aServerThatDripsIsNotWaitedForLonger() throws Exception {
    address.answers(
        request -> {
          request.response().setChunked(true).write("{");
          address.every(200, () -> request.response().write(" "));
        });
    start();
    mustBeUnavailable(gateway.send(request(tokenOf(FIRST))));
  }

  private static Named<Handler<HttpServerRequest>> useless(
      String name, Handler<HttpServerRequest> answer) {
    return Named.of(name, answer);
  }

  static List<Named<Handler<HttpServerRequest>>> uselessAnswers() {
    String good = Tokens.jwks(FIRST);
    return List.of(
        useless("500", request -> request.response().setStatusCode(500).end(good)),
        useless("404", request -> request.response().setStatusCode(404).end(good)),
        useless("204", request -> request.response().setStatusCode(204).end()),
        useless(
            "another address",
            request -> {
              if (request.path().equals("/keys")) {
                request.response().setStatusCode(302).putHeader("Location", "/other").end();
              } else {
                request.response().end(good);
              }
            }),
        useless("a page", request -> request.response().end("<html>")),
        useless("more behind it", request -> request.response().end(good + "x")),
        useless("a list", request -> request.response().end("[]")),
        useless("no list", request -> request.response().end("{\"keys\":{}}")),
        useless("two lists", request -> request.response().end("{\"keys\":[],\"keys\":[]}")),
        useless("too large", request -> request.response().end(good + " ".repeat(2 << 20))),
        useless(
            "too large, in chunks",
            request ->
                request
                    .response()
                    .setChunked(true)
                    .write(Buffer.buffer(good + " ".repeat(2 << 20)))
                    .onComplete(written -> request.response().end())),
        useless("too many keys", request -> request.response().end(many(101))),
        useless("nothing", request -> request.connection().close()),
        useless(
            "half of it",
            request ->
                request
                    .response()
                    .putHeader("Content-Length", "99999")
                    .write(good)
                    .onComplete(written -> request.connection().close())));
  }

  private static String many(int keys) {
    return Tokens.jwks(
        IntStream.range(0, keys).mapToObj(i -> FIRST.jwk().put("kid", "k" + i)).toList());
  }

  @ParameterizedTest
  @MethodSource
  void uselessAnswers(Handler<HttpServerRequest> answer) throws Exception {
    address.answers(answer);
    start();
    mustBeUnavailable(gateway.send(request(tokenOf(FIRST))));
    assertThat(address.asked()).isEqualTo(1);
  }

  @Test
  void keysStayWhileTheAddressIsAway() throws Exception {
    start();
    assertThat(status(FIRST)).isEqualTo(200);
    address.goAway();
    clock.turn(GAP);
    mustBeUnavailable(gateway.send(request(tokenOf(SECOND)))); // perhaps it would be known there
    assertThat(status(FIRST)).isEqualTo(200);
  }

  @Test
  void aNewKeyIsFetchedWhenATokenHasIt() throws Exception {
    start();
    assertThat(status(FIRST)).isEqualTo(200);
    address.shows(Tokens.jwks(FIRST, SECOND));
    assertThat(status(SECOND)).isEqualTo(401); // asked a moment ago
    clock.turn(GAP);
    assertThat(status(SECOND)).isEqualTo(200);
    assertThat(status(FIRST)).isEqualTo(200);
    assertThat(address.asked()).isEqualTo(2);
  }

  @Test
  void tokensOfAKeyThatWasTakenAwayAreRefusedThoughTheyWereKnown() throws Exception {
    start();
    String before = tokenOf(FIRST);
    assertThat(gateway.send(request(before)).statusCode()).isEqualTo(200);
    address.shows(Tokens.jwks(SECOND));
    clock.turn(GAP);
    assertThat(gateway.send(request(before)).statusCode()).isEqualTo(200); // nobody has asked yet
    assertThat(status(SECOND)).isEqualTo(200);
    var refused = gateway.send(request(before));
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.body()).contains("key (kid) that is not known here");
    assertThat(address.asked()).isEqualTo(2);
  }

  @Test
  void keysAreLookedAtAgainFromTimeToTime() throws Exception {
    start(withRefresh(Duration.ofMillis(100)));
    String before = "Bearer " + tokenOf(FIRST);
    eventually("the first keys", () -> gateway.issued.authenticate(before).succeeded());
    address.shows(Tokens.jwks(SECOND));
    eventually("the key is gone", () -> gateway.issued.authenticate(before).failed());
    assertThat(status(SECOND)).isEqualTo(200);
    address.shows("{\"keys\":[]}");
    eventually(
        "no key is left", () -> gateway.issued.authenticate("Bearer " + tokenOf(SECOND)).failed());
  }

  /** A fetch of the same keys must not make every signature be checked anew. */
  @Test
  void whatWasVerifiedStaysKnownWhileTheKeysAreTheSame() throws Exception {
    start(withRefresh(Duration.ofMillis(50)));
    String token = "Bearer " + tokenOf(FIRST);
    eventually("the keys", () -> gateway.issued.authenticate(token).succeeded());
    var known = gateway.issued.authenticate(token);
    int asked = address.asked();
    eventually("asked again", () -> address.asked() > asked + 2);
    assertThat(gateway.issued.authenticate(token)).isSameAs(known);
  }

  @Test
  void twoHundredAtOnceMakeOneFetch() throws Exception {
    start();
    assertThat(status(FIRST)).isEqualTo(200);
    ConcurrentLinkedQueue<HttpServerRequest> held = new ConcurrentLinkedQueue<>();
    address.answers(held::add);
    clock.turn(GAP);
    HttpRequest request = request(tokenOf(SECOND));
    List<CompletableFuture<HttpResponse<String>>> answers =
        IntStream.range(0, 200)
            .mapToObj(i -> gateway.http.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
            .toList();
    eventually("it is asked", () -> !held.isEmpty());
    assertThat(status(FIRST)).isEqualTo(200); // nobody else waits
    held.forEach(one -> one.response().end(Tokens.jwks(FIRST, SECOND)));
    for (var answer : answers) {
      assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }
    assertThat(address.asked()).isEqualTo(2);
  }

  @Test
  void whoeverSendsUnknownKeysMakesFewFetches() throws Exception {
    start();
    status(FIRST);
    clock.turn(GAP);
    for (int i = 0; i < 100; i++) {
      Tokens unknown = SECOND.as(JwtAlgorithm.ES256, "u" + i);
      assertThat(status(unknown)).isEqualTo(401);
    }
    assertThat(address.asked()).isEqualTo(2);
  }

  @Test
  void keysThatAreNotForUsArePassedOver() throws Exception {
    ObjectNode secret = Json.object().put("kty", "oct").put("kid", "k3").put("alg", "HS256");
    ObjectNode encrypts = SECOND.jwk().put("use", "enc");
    ObjectNode signs = SECOND.as(JwtAlgorithm.ES256, "k4").jwk();
    signs.putArray("key_ops").add("sign");
    ObjectNode isPrivate = SECOND.as(JwtAlgorithm.ES256, "k5").jwk().put("d", "AAAA");
    ObjectNode offCurve = SECOND.as(JwtAlgorithm.ES256, "k6").jwk().put("x", "AQ");
    ObjectNode otherCurve = SECOND.as(JwtAlgorithm.ES256, "k7").jwk().put("crv", "secp256k1");
    ObjectNode broken = SECOND.as(JwtAlgorithm.ES256, "k8").jwk().put("x", "%%");
    ObjectNode small = RSA.as(JwtAlgorithm.RS256, "r2").jwk().put("n", Tokens.base64("small"));
    ObjectNode otherAlgorithm = RSA.as(JwtAlgorithm.RS256, "r3").jwk().put("alg", "RS512");
    ObjectNode edwards = Json.object().put("kty", "OKP").put("crv", "Ed25519").put("kid", "o1");
    ObjectNode again = SECOND.as(JwtAlgorithm.ES256, "k1").jwk();
    List<ObjectNode> all =
        List.of(
            secret.put("k", Tokens.base64("x".repeat(32))),
            encrypts,
            signs,
            isPrivate,
            offCurve,
            otherCurve,
            broken,
            small,
            otherAlgorithm,
            edwards,
            Json.object(),
            FIRST.jwk(),
            again,
            RSA.jwk());
    address.shows(Tokens.jwks(all));
    start(Tokens.settings(Set.of(JwtAlgorithm.ES256, JwtAlgorithm.RS256), null, address.uri()));
    assertThat(status(FIRST)).isEqualTo(200);
    assertThat(status(RSA)).isEqualTo(200);
    assertThat(status(SECOND.as(JwtAlgorithm.ES256, "k1"))).isEqualTo(401);
    for (String id : List.of("k2", "k4", "k5", "k6", "k7", "k8", "o1")) {
      assertThat(status(SECOND.as(JwtAlgorithm.ES256, id))).as(id).isEqualTo(401);
    }
    for (String id : List.of("r2", "r3")) {
      assertThat(status(RSA.as(JwtAlgorithm.RS256, id))).as(id).isEqualTo(401);
    }
  }
}
