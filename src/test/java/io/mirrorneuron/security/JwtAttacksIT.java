package io.mirrorneuron.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.JwtSettings;
import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.Tokens;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import java.math.BigInteger;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ways to get in without a token of the issuer, each tried at the HTTP door and behind it. */
class JwtAttacksIT {
  private static final TurnedClock CLOCK = new TurnedClock(GatewayFixture.NOW);
  private static final long NOW = GatewayFixture.NOW.getEpochSecond();
  private static final String PATH = "/api/v1/jobs?limit=1";

  /** The issuer that is believed has three keys; somebody else has one of his own. */
  private static final Tokens GOOD = Tokens.of(JwtAlgorithm.ES256, "k1");

  private static final Tokens SECOND = Tokens.of(JwtAlgorithm.ES256, "k2");
  private static final Tokens RSA = Tokens.of(JwtAlgorithm.RS256, "r1");
  private static final Tokens EVIL = Tokens.of(JwtAlgorithm.ES256, "k1");

  private static final BigInteger ORDER = Curve.of(JwtAlgorithm.ES256).parameters().getOrder();

  @TempDir static Path folder;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() throws Exception {
    Path keys = folder.resolve("keys.json");
    Files.writeString(keys, Tokens.jwks(GOOD, SECOND, RSA));
    JwtSettings jwt = Tokens.settings(Set.of(JwtAlgorithm.ES256, JwtAlgorithm.RS256), keys, null);
    gateway = GatewayFixture.believing(folder, jwt, CLOCK);
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  /**
   * @param detail what the answer's sentence must contain
   */
  private record Row(String name, String authorization, int status, String detail) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Row> ROWS = new ArrayList<>();
  private static final String SHAPE = "missing or invalid bearer token";
  private static final String WRONG = "signature is wrong";

  private static void header(String name, String authorization) {
    ROWS.add(new Row(name, authorization, 401, SHAPE));
  }

  private static void token(String name, String token, String detail) {
    ROWS.add(new Row(name, "Bearer " + token, 401, detail));
  }

  /** Signed by the issuer, with a header that was changed. */
  private static void head(String name, Consumer<ObjectNode> change, String detail) {
    token(name, GOOD.sign(changed(GOOD.header(), change), claims()), detail);
  }

  /** Signed by the issuer, with claims that were changed. */
  private static void claim(String name, Consumer<ObjectNode> change, String detail) {
    token(name, GOOD.sign(GOOD.header(), changed(claims(), change)), detail);
  }

  private static void role(String name, Consumer<ObjectNode> change) {
    String token = GOOD.sign(GOOD.header(), changed(claims(), change));
    ROWS.add(new Row(name, "Bearer " + token, 403, "its claim roles has none of viewer, operator"));
  }

  private static ObjectNode claims() {
    return Tokens.claims("anna", Role.ADMIN, GatewayFixture.NOW);
  }

  private static ObjectNode changed(ObjectNode node, Consumer<ObjectNode> change) {
    change.accept(node);
    return node;
  }

  private static String good() {
    return GOOD.of("anna", Role.ADMIN, GatewayFixture.NOW);
  }

  private static String segment(int index) {
    return good().split("\\.")[index];
  }

  private static String withSignature(byte[] signature) {
    return segment(0) + "." + segment(1) + "." + Tokens.base64(signature);
  }

  private static byte[] twice(BigInteger r, BigInteger s) {
    byte[] both = new byte[64];
    byte[] first = r.toByteArray();
    byte[] last = s.toByteArray();
    int a = Math.min(32, first.length);
    int b = Math.min(32, last.length);
    System.arraycopy(first, first.length - a, both, 32 - a, a);
    System.arraycopy(last, last.length - b, both, 64 - b, b);
    return both;
  }

  private static String signedWith(byte[] secret, String keyId) {
    return Tokens.sharing(JwtAlgorithm.HS256, secret)
        .as(JwtAlgorithm.HS256, keyId)
        .of("anna", Role.ADMIN, GatewayFixture.NOW);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static List<Row> rows() {
    if (ROWS.isEmpty()) {
      shapes();
      algorithms();
      keys();
      signatures();
      times();
      parties();
      parsers();
      roles();
    }
    return ROWS;
  }

  private static void shapes() {
    ROWS.add(new Row("no header", null, 401, SHAPE));
    header("another scheme", "Basic YTpi");
    header("scheme in small letters", "bearer " + good());
    header("scheme in capitals", "BEARER " + good());
    header("no scheme", good());
    header("two blanks", "Bearer  " + good());
    header("a tab", "Bearer\t" + good());
    header("two tokens", "Bearer " + good() + " " + good());
    header("a wrong static token", "Bearer wrong");
    header("quotes", "Bearer \"" + good() + "\"");
    token("two segments", segment(0) + "." + segment(1), SHAPE);
    token("four segments", good() + "." + segment(2), SHAPE);
    token("JWE has five", good() + "." + segment(1) + "." + segment(2), SHAPE);
    token("a dot at the end", good() + ".", SHAPE);
    token("a dot at the beginning", "." + good(), SHAPE);
    token("only dots", "..", SHAPE);
    token("many dots", ".".repeat(8000), SHAPE);
    token("tildes", good().replace('.', '~'), SHAPE);
    token("a disclosure behind it", good() + "~WyJhIl0~", SHAPE);
    token("a tilde within", "~" + good().substring(1), SHAPE);
    token("percent", good().replace("e", "%65"), SHAPE);
    token("padding", segment(0) + "." + segment(1) + "." + segment(2) + "==", SHAPE);
    token("base64 of the other kind", segment(0) + ".+/+/." + segment(2), SHAPE);
    token("a blank within", segment(0) + " ." + segment(1) + "." + segment(2), SHAPE);
    token("longer than 8 KiB", segment(0) + "." + "a".repeat(9000) + "." + segment(2), "longer");
  }

  private static void algorithms() {
    for (String none : List.of("none", "None", "NONE", "nOnE", "none ", "")) {
      String unsigned =
          Tokens.base64("{\"alg\":\"" + none + "\"}") + "." + Tokens.base64(Json.write(claims()));
      token("alg '" + none + "' without signature", unsigned + ".", "alg");
      token("alg '" + none + "' and two segments", unsigned, SHAPE);
      token("alg '" + none + "' with a signature", unsigned + "." + segment(2), "alg");
    }
    head("no alg", header -> header.remove("alg"), "alg");
    head("alg is a number", header -> header.put("alg", 256), "alg");
    head("alg is a list", header -> header.putArray("alg").add("ES256"), "alg");
    head("alg in small letters", header -> header.put("alg", "es256"), "alg");
    head("alg that is not configured", header -> header.put("alg", "ES384"), "alg");
    head("alg ES256K", header -> header.put("alg", "ES256K"), "alg");
    String pem = RSA.pem();
    token("HS256 with the RSA key as PEM", signedWith(utf8(pem), "r1"), "alg");
    token("HS256 with the PEM stripped", signedWith(utf8(pem.strip()), "r1"), "alg");
    token("HS256 with the RSA key as DER", signedWith(RSA.publicKey().getEncoded(), "r1"), "alg");
    token("HS256 with the curve's key as PEM", signedWith(utf8(GOOD.pem()), "k1"), "alg");
    token("RS256 signed on the curve", swapped("RS256", "r1", GOOD), WRONG);
    token("ES256 signed by RSA", swapped("ES256", "k1", RSA), WRONG);
    token("RS256 of the name of a curve's key", swapped("RS256", "k1", RSA), "kid");
    token(
        "PS256 beside RS256",
        RSA.as(JwtAlgorithm.PS256, "r1").of("a", Role.ADMIN, CLOCK.instant()),
        "alg");
  }

  private static String swapped(String algorithm, String keyId, Tokens signer) {
    return signer.sign(
        changed(signer.header(), header -> header.put("alg", algorithm).put("kid", keyId)),
        claims());
  }

  private static void keys() {
    for (String path :
        List.of("../../../../dev/null", "/dev/null", "file:///etc/passwd", "keys.json")) {
      token("kid " + path + ", HS256", signedWith(new byte[] {0}, path), "alg");
      head("kid " + path, header -> header.put("kid", path), "kid");
    }
    head("kid of SQL", header -> header.put("kid", "x' UNION SELECT 'k1'--"), "kid");
    head("kid of a shell", header -> header.put("kid", "k1|curl localhost"), "kid");
    head("kid with a zero", header -> header.put("kid", "k1\u0000"), "kid");
    head("kid of 300 characters", header -> header.put("kid", "k".repeat(300)), "kid");
    head("kid is a number", header -> header.put("kid", 1), "kid");
    head("kid is null", header -> header.putNull("kid"), "kid");
    head("kid is a list", header -> header.putArray("kid").add("k1"), "kid");
    head("kid is empty", header -> header.put("kid", ""), "kid");
    head("no kid where two keys fit", header -> header.remove("kid"), "several fit");
    head("kid of another key", header -> header.put("kid", "k2"), WRONG);
    head("kid of another kind of key", header -> header.put("kid", "r1"), "kid");
    token("another's key of the same name", evil(header -> {}), WRONG);
    token("jwk in the header", evil(header -> header.set("jwk", EVIL.jwk())), WRONG);
    token("jku in the header", evil(header -> header.put("jku", "http://127.0.0.1:9/k")), WRONG);
    token("x5u in the header", evil(header -> header.put("x5u", "http://127.0.0.1:9/k")), WRONG);
    token("x5c in the header", evil(header -> header.putArray("x5c").add(certificate())), WRONG);
    token(
        "jwk with a kid of its own",
        evil(header -> header.put("kid", "e1").set("jwk", EVIL.jwk().put("kid", "e1"))),
        "kid");
    head("crit", header -> header.putArray("crit").add("exp"), "crit");
    head("crit that is empty", header -> header.putArray("crit"), "crit");
    head("crit b64", header -> header.put("b64", false).putArray("crit").add("b64"), "crit");
  }

  private static String evil(Consumer<ObjectNode> change) {
    return EVIL.sign(changed(EVIL.header(), change), claims());
  }

  private static String certificate() {
    return Base64.getEncoder().encodeToString(EVIL.publicKey().getEncoded());
  }

  private static void signatures() {
    byte[] signature = Base64.getUrlDecoder().decode(segment(2));
    token("no signature", segment(0) + "." + segment(1) + ".", WRONG);
    token("signature of zeros", withSignature(new byte[64]), WRONG);
    token("r and s are zero in DER", withSignature(new byte[] {48, 6, 2, 1, 0, 2, 1, 0}), WRONG);
    token("r is zero", withSignature(twice(BigInteger.ZERO, BigInteger.ONE)), WRONG);
    token("s is zero", withSignature(twice(BigInteger.ONE, BigInteger.ZERO)), WRONG);
    token("r and s are the order", withSignature(twice(ORDER, ORDER)), WRONG);
    token("r and s are one", withSignature(twice(BigInteger.ONE, BigInteger.ONE)), WRONG);
    token("signature cut", withSignature(Arrays.copyOf(signature, 63)), WRONG);
    token("signature longer", withSignature(Arrays.copyOf(signature, 65)), WRONG);
    token("signature twice", withSignature(Arrays.copyOf(signature, 128)), WRONG);
    token("signature in DER", withSignature(der(signature)), WRONG);
    byte[] otherBits = signature.clone();
    otherBits[63] ^= 1;
    token("signature with one bit changed", withSignature(otherBits), WRONG);
    String other = GOOD.of("berta", Role.VIEWER, GatewayFixture.NOW).split("\\.")[2];
    token("signature of another token", segment(0) + "." + segment(1) + "." + other, WRONG);
    String spare = good();
    char last = spare.charAt(spare.length() - 1);
    token(
        "spare bits of the last character",
        spare.substring(0, spare.length() - 1) + (char) (last + 1),
        SHAPE);
    String more = Tokens.base64(Json.write(claims().put("sub", "root")));
    token("payload changed", segment(0) + "." + more + "." + segment(2), WRONG);
    String head = Tokens.base64(Json.write(GOOD.header().put("typ", "at+jwt")));
    token("header changed", head + "." + segment(1) + "." + segment(2), WRONG);
    token("cut in the middle", good().substring(0, good().length() / 2), SHAPE);
  }

  private static byte[] der(byte[] signature) {
    byte[] r = new BigInteger(1, Arrays.copyOf(signature, 32)).toByteArray();
    byte[] s = new BigInteger(1, Arrays.copyOfRange(signature, 32, 64)).toByteArray();
    byte[] der = new byte[6 + r.length + s.length];
    der[0] = 48;
    der[1] = (byte) (4 + r.length + s.length);
    der[2] = 2;
    der[3] = (byte) r.length;
    System.arraycopy(r, 0, der, 4, r.length);
    der[4 + r.length] = 2;
    der[5 + r.length] = (byte) s.length;
    System.arraycopy(s, 0, der, 6 + r.length, s.length);
    return der;
  }

  private static void times() {
    claim("no exp", claims -> claims.remove("exp"), "no end (exp)");
    claim("exp is a text", claims -> claims.put("exp", "" + (NOW + 60)), "exp is not a time");
    claim("exp is null", claims -> claims.putNull("exp"), "exp is not a time");
    claim("exp is true", claims -> claims.put("exp", true), "exp is not a time");
    claim("exp is a list", claims -> claims.putArray("exp").add(NOW + 60), "exp is not a time");
    claim("exp is negative", claims -> claims.put("exp", -1), "exp is not a time");
    claim("exp in milliseconds", claims -> claims.put("exp", NOW * 1000), "exp is not a time");
    claim("exp is the greatest long", claims -> claims.put("exp", Long.MAX_VALUE), "exp is not");
    token("exp is infinite", GOOD.sign(Json.write(GOOD.header()), raw("exp", "1e400")), "exp is");
    token("exp is NaN", GOOD.sign(Json.write(GOOD.header()), raw("exp", "NaN")), SHAPE);
    claim("exp is zero", claims -> claims.put("exp", 0), "expired");
    claim("expired beyond the leeway", claims -> claims.put("exp", NOW - 30), "expired");
    claim("nbf beyond the leeway", claims -> claims.put("nbf", NOW + 32), "nbf");
    claim("nbf is a text", claims -> claims.put("nbf", "0"), "nbf is not a time");
    claim("iat beyond the leeway", claims -> claims.put("iat", NOW + 32), "iat");
    claim("iat is an object", claims -> claims.putObject("iat"), "iat is not a time");
  }

  /** The claims with one more member, written as it is. */
  private static String raw(String name, String value) {
    ObjectNode claims = claims();
    claims.remove(name);
    String json = Json.write(claims);
    return json.substring(0, json.length() - 1) + ",\"" + name + "\":" + value + "}";
  }

  private static void parties() {
    claim("no aud", claims -> claims.remove("aud"), "aud");
    claim("another aud", claims -> claims.put("aud", "other"), "aud");
    claim("aud that begins alike", claims -> claims.put("aud", Tokens.AUDIENCE + "-2"), "aud");
    claim("aud in capitals", claims -> claims.put("aud", "MIRROR-NEURON"), "aud");
    claim("aud of others", claims -> claims.putArray("aud").add("a").add("b"), "aud");
    claim("aud is empty", claims -> claims.putArray("aud"), "aud");
    claim("aud is an object", claims -> claims.putObject("aud").put("a", Tokens.AUDIENCE), "aud");
    claim(
        "aud in a list in a list",
        claims -> claims.putArray("aud").addArray().add(Tokens.AUDIENCE),
        "aud");
    claim("no iss", claims -> claims.remove("iss"), "iss");
    claim("another iss", claims -> claims.put("iss", "https://evil.example"), "iss");
    claim("iss with a slash", claims -> claims.put("iss", Tokens.ISSUER + "/"), "iss");
    claim("iss in a list", claims -> claims.putArray("iss").add(Tokens.ISSUER), "iss");
    claim("no sub", claims -> claims.remove("sub"), "given to (sub)");
    claim("sub is blank", claims -> claims.put("sub", " \t"), "given to (sub): the claim is blank");
    claim(
        "sub is a number",
        claims -> claims.put("sub", 1),
        "given to (sub): the claim must be a text");
    claim(
        "sub with a new line",
        claims -> claims.put("sub", "anna\nERROR"),
        "given to (sub): the claim has control characters");
    token( // as an escape: in UTF-8 it cannot be written
        "sub with half a character",
        GOOD.sign(
            Json.write(GOOD.header()), Json.write(claims()).replace("\"anna\"", "\"zed\\ud800\"")),
        "given to (sub): the claim has control characters");
    claim(
        "sub that turns the line around",
        claims -> claims.put("sub", "anna\u202eboss"),
        "given to (sub): the claim has control characters");
    claim(
        "sub without end",
        claims -> claims.put("sub", "a".repeat(256)),
        "given to (sub): the claim has more than 255 characters");
  }

  private static void parsers() {
    String header = Json.write(GOOD.header());
    token("payload is a token", GOOD.sign(header, "\"" + good() + "\""), SHAPE);
    token("payload is a token as it is", GOOD.sign(header, good()), SHAPE);
    token("payload is a list", GOOD.sign(header, "[" + Json.write(claims()) + "]"), SHAPE);
    token("payload is empty", GOOD.sign(header, ""), SHAPE);
    token("payload is no JSON", GOOD.sign(header, "sub=anna"), SHAPE);
    token("more behind the payload", GOOD.sign(header, Json.write(claims()) + "{}"), SHAPE);
    token("header is a list", GOOD.sign("[" + header + "]", Json.write(claims())), SHAPE);
    token(
        "a claim twice",
        GOOD.sign(header, "{\"sub\":\"root\"," + Json.write(claims()).substring(1)),
        SHAPE);
    token(
        "alg twice",
        GOOD.sign("{\"alg\":\"none\"," + header.substring(1), Json.write(claims())),
        SHAPE);
    token(
        "a claim twice, escaped",
        GOOD.sign(header, "{\"s\\u0075b\":\"root\"," + Json.write(claims()).substring(1)),
        SHAPE);
    token("a comment", GOOD.sign(header, "/**/" + Json.write(claims())), SHAPE);
    token("nested without end", GOOD.sign(header, "{\"a\":" + "[".repeat(3000)), SHAPE);
    token("UTF-16", coded(StandardCharsets.UTF_16BE), SHAPE);
    token(
        "bytes that are no text",
        bytes(new byte[] {'{', '"', (byte) 0xC0, (byte) 0x80, '"', ':', '1', '}'}),
        SHAPE);
    token("a mark of byte order", GOOD.sign(header, "\uFEFF" + Json.write(claims())), SHAPE);
  }

  private static String coded(Charset charset) {
    return bytes(Json.write(claims()).getBytes(charset));
  }

  private static String bytes(byte[] payload) {
    String signed = segment(0) + "." + Tokens.base64(payload);
    return signed + "." + Tokens.base64(GOOD.signature(utf8(signed)));
  }

  private static void roles() {
    role("no role", claims -> claims.remove("roles"));
    role("an unknown role", claims -> claims.putArray("roles").add("root"));
    role("role in capitals", claims -> claims.putArray("roles").add("ADMIN"));
    role("roles with commas", claims -> claims.put("roles", "viewer,admin"));
    role("roles with a tab", claims -> claims.put("roles", "viewer\tadmin"));
    role("role is a number", claims -> claims.put("roles", 2));
    role("role is true", claims -> claims.put("roles", true));
    role("role is an object", claims -> claims.putObject("roles").put("admin", true));
    role("role is null", claims -> claims.putNull("roles"));
    role("roles in a list in a list", claims -> claims.putArray("roles").addArray().add("admin"));
    role("no roles in the list", claims -> claims.putArray("roles"));
    role("another claim has it", claims -> claims.put("role", "admin").remove("roles"));
  }

  @ParameterizedTest
  @MethodSource
  void rows(Row row) throws Exception {
    // Behind the door, where no HTTP comes before it.
    Future<Principal> caller = gateway.issued.authenticate(row.authorization);
    assertThat(caller.failed()).as("let in: %s", caller.result()).isTrue();
    assertThat(caller.cause()).isInstanceOf(MnException.class).hasMessageContaining(row.detail);
    assertThat(((MnException) caller.cause()).code().httpStatus()).isEqualTo(row.status);

    HttpRequest.Builder request = HttpRequest.newBuilder(gateway.uri(PATH));
    if (row.authorization != null) {
      request.header("Authorization", row.authorization);
    }
    HttpResponse<String> answer = gateway.send(request.build());
    assertThat(answer.statusCode()).isEqualTo(row.status);
    ObjectNode problem = Json.parseObject(answer.body(), "problem");
    String error =
        row.status == 403
            ? "forbidden"
            : row.detail.equals("expired") ? "token_expired" : "unauthenticated";
    assertThat(problem.path("error").asText()).isEqualTo(error);
    assertThat(problem.path("detail").asText()).contains(row.detail);
    assertThat(answer.headers().firstValue("WWW-Authenticate").isPresent())
        .isEqualTo(row.status == 401);
    assertThat(answer.body()).doesNotContain("Exception", "vertx", folder.toString());
  }

  @Test
  void thereAreManyRows() {
    assertThat(rows().stream().map(Row::name).distinct()).hasSize(ROWS.size());
    assertThat(ROWS.size()).isGreaterThan(120);
  }

  /** What must get in, or the table shows nothing. */
  static Stream<ObjectNode> goodClaims() {
    List<Consumer<ObjectNode>> changes =
        List.of(
            claims -> {},
            claims -> claims.putArray("aud").add("other").add(Tokens.AUDIENCE),
            claims -> claims.put("roles", "admin"),
            claims -> claims.put("roles", "viewer admin operator"),
            claims -> claims.putArray("roles").add("viewer").add(7).add("admin").add("other"),
            claims -> claims.put("exp", NOW + 5.5),
            claims -> claims.put("exp", NOW - 29),
            claims -> claims.put("nbf", NOW + 29),
            claims -> claims.put("iat", NOW + 29),
            claims -> claims.remove("iat"),
            claims -> claims.put("sub", "Åsa Öberg 🐟"));
    return changes.stream().map(change -> changed(claims(), change));
  }

  @ParameterizedTest
  @MethodSource
  void goodClaims(ObjectNode claims) throws Exception {
    for (Tokens issuer : List.of(GOOD, SECOND, RSA)) {
      ObjectNode header = issuer.header().put("typ", "at+jwt");
      header.putArray("x5c").add(certificate()); // not looked at
      String authorization = "Bearer " + issuer.sign(header, claims);
      Principal caller = gateway.issued.authenticate(authorization).result();
      assertThat(caller.subject()).isEqualTo(claims.path("sub").asText());
      assertThat(caller.role()).isEqualTo(Role.ADMIN);
      assertThat(
              gateway
                  .send(
                      HttpRequest.newBuilder(gateway.uri(PATH))
                          .header("Authorization", authorization)
                          .build())
                  .statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void aTokenInAnotherPlaceIsNotLookedAt() throws Exception {
    String form = "access_token=" + good() + "&token=" + good();
    List<HttpRequest> requests =
        List.of(
            HttpRequest.newBuilder(gateway.uri(PATH + "&token=" + good())).build(),
            HttpRequest.newBuilder(gateway.uri(PATH + "&access_token=" + good())).build(),
            HttpRequest.newBuilder(gateway.uri(PATH))
                .header("Cookie", "Authorization=Bearer " + good() + "; token=" + good())
                .build(),
            HttpRequest.newBuilder(gateway.uri(PATH)).header("X-Token", good()).build(),
            HttpRequest.newBuilder(gateway.uri(PATH))
                .header("Proxy-Authorization", "Bearer " + good())
                .build(),
            HttpRequest.newBuilder(gateway.uri("/api/v1/jobs/cleanup"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build());
    for (HttpRequest request : requests) {
      assertThat(gateway.send(request).statusCode()).as(request.toString()).isEqualTo(401);
    }
  }

  /** What differs from a good token in any character is no good token. */
  @Test
  void noMutationOfAGoodTokenGetsIn() {
    Random random = new Random(20261125);
    for (Tokens issuer : List.of(GOOD, RSA)) {
      String token = issuer.of("anna", Role.ADMIN, GatewayFixture.NOW);
      assertThat(gateway.issued.authenticate("Bearer " + token).succeeded()).isTrue();
      for (int i = 0; i < 2000; i++) {
        String mutant = mutant(token, random);
        if (!mutant.equals(token)) {
          Future<Principal> caller = gateway.issued.authenticate("Bearer " + mutant);
          assertThat(caller.failed()).as(mutant).isTrue();
          assertThat(caller.cause()).as(mutant).isInstanceOf(MnException.class);
        }
      }
    }
  }

  private static String mutant(String token, Random random) {
    String alphabet = "ABCXYZabcxyz0189-_.=~+/ %\u00e9\u0000";
    StringBuilder mutant = new StringBuilder(token);
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      int at = random.nextInt(mutant.length());
      char one = alphabet.charAt(random.nextInt(alphabet.length()));
      switch (random.nextInt(5)) {
        case 0 -> mutant.setCharAt(at, one);
        case 1 -> mutant.insert(at, one);
        case 2 -> mutant.deleteCharAt(at);
        case 3 -> mutant.setCharAt(at, (char) (mutant.charAt(at) ^ 1 << random.nextInt(7)));
        default -> {
          int other = random.nextInt(mutant.length());
          char kept = mutant.charAt(at);
          mutant.setCharAt(at, mutant.charAt(other));
          mutant.setCharAt(other, kept);
        }
      }
    }
    return mutant.toString();
  }
}
