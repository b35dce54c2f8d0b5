package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.mirrorneuron.testing.GatewayFixture;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A head that may mean two things is refused, once, and what stands behind it in the same bytes is
 * never taken for a request.
 */
class FramingIT {
  private static final String PATH = "/api/v1/jobs";
  private static final String GET = "GET " + PATH + " HTTP/1.1\r\n";
  private static final String POST = "POST /api/v1/jobs/cleanup HTTP/1.1\r\n";
  private static final String HOST = "Host: localhost\r\n";
  private static final String END = "\r\n";

  /** A valid request that would leave a trace. */
  private static final String SMUGGLED = "POST /api/v1/jobs/x/cancel HTTP/1.1\r\n" + HOST + END;

  @TempDir static Path folder;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() throws Exception {
    gateway = GatewayFixture.open(folder, null);
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  static Stream<Arguments> bad() {
    return Stream.of(lengths(), hosts(), lines(), targets(), headers()).flatMap(rows -> rows);
  }

  private static Stream<Arguments> lengths() {
    String chunked = "Transfer-Encoding: chunked\r\n";
    String empty = END + "0\r\n\r\n";
    return Stream.of(
        arguments("length and chunks", POST + HOST + "Content-Length: 5\r\n" + chunked + empty),
        arguments("chunks and length", POST + HOST + chunked + "Content-Length: 5\r\n" + empty),
        arguments(
            "length of nothing and chunks",
            POST + HOST + "Content-Length: 0\r\n" + chunked + empty),
        arguments("xchunked", POST + HOST + "Transfer-Encoding: xchunked\r\n" + empty),
        arguments(
            "chunked, identity", POST + HOST + "Transfer-Encoding: chunked, identity\r\n" + empty),
        arguments("identity", POST + HOST + "Transfer-Encoding: identity\r\n" + empty),
        arguments("gzip, chunked", POST + HOST + "Transfer-Encoding: gzip, chunked\r\n" + empty),
        arguments(
            "chunked, chunked", POST + HOST + "Transfer-Encoding: chunked, chunked\r\n" + empty),
        arguments(
            "chunked with a parameter", POST + HOST + "Transfer-Encoding: chunked;a=b\r\n" + empty),
        arguments("chunked in quotes", POST + HOST + "Transfer-Encoding: \"chunked\"\r\n" + empty),
        arguments("no coding", POST + HOST + "Transfer-Encoding:\r\n" + empty),
        arguments("chunked twice", POST + HOST + chunked + chunked + empty),
        arguments(
            "two codings in two headers",
            POST + HOST + chunked + "Transfer-Encoding: identity\r\n" + empty),
        arguments(
            "chunks in HTTP/1.0",
            "POST /api/v1/jobs/cleanup HTTP/1.0\r\n" + HOST + chunked + empty),
        arguments(
            "a coding in HTTP/1.0",
            "POST /api/v1/jobs/cleanup HTTP/1.0\r\n"
                + HOST
                + "Transfer-Encoding: identity\r\n"
                + empty),
        arguments("two lengths", POST + HOST + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        arguments(
            "the same length twice",
            POST + HOST + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
        arguments("two lengths in a list", POST + HOST + "Content-Length: 2, 2\r\n\r\n{}"),
        arguments("length with a sign", POST + HOST + "Content-Length: +2\r\n\r\n{}"),
        arguments("negative length", POST + HOST + "Content-Length: -2\r\n\r\n{}"),
        arguments("hexadecimal length", POST + HOST + "Content-Length: 0x2\r\n\r\n{}"),
        arguments("fractional length", POST + HOST + "Content-Length: 2.0\r\n\r\n{}"),
        arguments(
            "length beyond all numbers",
            POST + HOST + "Content-Length: 99999999999999999999\r\n\r\n{}"),
        arguments("empty length", POST + HOST + "Content-Length:\r\n\r\n"),
        arguments("length of words", POST + HOST + "Content-Length: two\r\n\r\n{}"));
  }

  private static Stream<Arguments> hosts() {
    return Stream.of(
        arguments("no host", GET + END),
        arguments("two hosts", GET + HOST + "Host: example.org\r\n" + END),
        arguments("the same host twice", GET + HOST + HOST + END),
        arguments("host with a blank", GET + "Host: a b\r\n" + END),
        arguments("list of hosts", GET + "Host: x, y\r\n" + END),
        arguments("list of hosts without blanks", GET + "Host: x,y\r\n" + END),
        arguments("empty host", GET + "Host:\r\n" + END),
        arguments("host with a path", GET + "Host: localhost/x\r\n" + END),
        arguments("host with a user", GET + "Host: me@localhost\r\n" + END),
        arguments("host with a scheme", GET + "Host: http://localhost\r\n" + END),
        arguments("port of letters", GET + "Host: localhost:http\r\n" + END),
        arguments("port that is too large", GET + "Host: localhost:65536\r\n" + END),
        arguments("two ports", GET + "Host: localhost:1:2\r\n" + END),
        arguments("open bracket", GET + "Host: [::1\r\n" + END),
        arguments("address that is none", GET + "Host: [:::]\r\n" + END),
        arguments("two hosts in HTTP/1.0", "GET " + PATH + " HTTP/1.0\r\n" + HOST + HOST + END));
  }

  private static Stream<Arguments> lines() {
    return Stream.of(
        arguments("line ends with LF alone", "GET " + PATH + " HTTP/1.1\n" + HOST + END),
        arguments("two blanks", "GET  " + PATH + " HTTP/1.1\r\n" + HOST + END),
        arguments("tab for a blank", "GET\t" + PATH + " HTTP/1.1\r\n" + HOST + END),
        arguments("blank before the method", " GET " + PATH + " HTTP/1.1\r\n" + HOST + END),
        arguments("NUL before the method", "\0GET " + PATH + " HTTP/1.1\r\n" + HOST + END),
        arguments("blank behind the version", "GET " + PATH + " HTTP/1.1 \r\n" + HOST + END),
        arguments("CR in the line", "GET " + PATH + "\r HTTP/1.1\r\n" + HOST + END),
        arguments("no version", "GET " + PATH + "\r\n" + HOST + END),
        arguments("version of the future", "GET " + PATH + " HTTP/1.2\r\n" + HOST + END),
        arguments("HTTP/2 in words", "GET " + PATH + " HTTP/2.0\r\n" + HOST + END),
        arguments("small version", "GET " + PATH + " http/1.1\r\n" + HOST + END),
        arguments("method with a colon", "GE:T " + PATH + " HTTP/1.1\r\n" + HOST + END),
        arguments("preface that is none", "PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n"),
        arguments("words", "hello\r\n" + HOST + END));
  }

  private static Stream<Arguments> targets() {
    return Stream.of(
        arguments(
            "absolute target elsewhere",
            "GET http://example.org" + PATH + " HTTP/1.1\r\n" + HOST + END),
        arguments(
            "absolute target on another port",
            "GET http://localhost:1" + PATH + " HTTP/1.1\r\n" + HOST + END),
        arguments(
            "absolute target with a user",
            "GET http://me@localhost" + PATH + " HTTP/1.1\r\n" + HOST + END),
        arguments("absolute target without a host", "GET http:///x HTTP/1.1\r\n" + HOST + END),
        arguments("target of another scheme", "GET file:///etc/passwd HTTP/1.1\r\n" + HOST + END),
        arguments("authority as a target", "GET localhost:80 HTTP/1.1\r\n" + HOST + END),
        arguments("asterisk as a target", "GET * HTTP/1.1\r\n" + HOST + END),
        arguments("relative target", "GET api/v1/jobs HTTP/1.1\r\n" + HOST + END),
        arguments("target with a fragment", "GET " + PATH + "#x HTTP/1.1\r\n" + HOST + END),
        arguments("tunnel", "CONNECT localhost:80 HTTP/1.1\r\n" + HOST + END),
        arguments("tunnel to a URL", "CONNECT http://localhost/ HTTP/1.1\r\n" + HOST + END));
  }

  private static Stream<Arguments> headers() {
    return Stream.of(
        arguments("folded header", GET + HOST + "X-A: 1\r\n 2\r\n" + END),
        arguments("header folded with a tab", GET + HOST + "X-A: 1\r\n\t2\r\n" + END),
        arguments("folded first header", GET + " X-A: 1\r\n" + HOST + END),
        arguments("header ends with LF alone", GET + HOST + "X-A: 1\n" + END),
        arguments("head ends with LF alone", GET + HOST + "\n"),
        arguments("CR in a header", GET + HOST + "X-A: 1\r2\r\n" + END),
        arguments("CR at the end of a header", GET + HOST + "X-A: 1\r\r\n" + END),
        arguments("NUL in a header", GET + HOST + "X-A: 1\0002\r\n" + END),
        arguments("DEL in a header", GET + HOST + "X-A: 1\u007f2\r\n" + END),
        arguments("blank before the colon", GET + HOST + "X-A : 1\r\n" + END),
        arguments("blank in a name", GET + HOST + "X A: 1\r\n" + END),
        arguments("bracket in a name", GET + HOST + "X(A): 1\r\n" + END),
        arguments("letter beyond ASCII in a name", GET + HOST + "X-\u00e4: 1\r\n" + END),
        arguments("no name", GET + HOST + ": 1\r\n" + END),
        arguments("no colon", GET + HOST + "X-A\r\n" + END),
        arguments(
            "two tokens",
            GET + HOST + "Authorization: Bearer a\r\nauthorization: Bearer b\r\n" + END),
        arguments(
            "two types", GET + HOST + "Content-Type: a/b\r\nContent-Type: text/plain\r\n" + END),
        arguments(
            "length with a blank before the colon", POST + HOST + "Content-Length : 2\r\n\r\n{}"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bad")
  void isRefusedOnceAndNothingBehindItRuns(String what, String bytes) throws IOException {
    gateway.jobs.calls().clear();

    String answer = exchange(bytes + SMUGGLED);

    assertThat(answer).startsWith("HTTP/1.").contains(" 400 ");
    assertThat(answer.split("HTTP/1\\.[01] \\d", -1)).as(answer).hasSize(2);
    assertThat(answer.toLowerCase(java.util.Locale.ROOT))
        .contains("content-type: application/problem+json", "connection: close");
    assertThat(answer).contains("\"error\":\"malformed_request\"");
    assertThat(gateway.jobs.calls()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'GET /api/v1/jobs HTTP/1.1\nHost: localhost\n\n', the request is not HTTP/1.1",
    "'GET /api/v1/jobs\r\nHost: localhost\r\n\r\n', the request is not HTTP/1.1",
    "'GET /api/v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nContent-Type: a/c\r\n\r\n',"
        + " Content-Type is there twice"
  })
  void theAnswerSaysWhatIsWrong(String bytes, String why) throws IOException {
    assertThat(exchange(bytes)).startsWith("HTTP/1.1 400 ").contains(why).doesNotContain("chunks");
  }

  @Test
  void whatIsAskedOfTheServerAsAWholeIsAnswered() throws IOException {
    assertThat(exchange("OPTIONS * HTTP/1.1\r\n" + HOST + "Connection: close\r\n" + END))
        .startsWith("HTTP/1.1 204 ")
        .containsIgnoringCase("allow: GET, HEAD, POST")
        .containsIgnoringCase("x-request-id: ");
  }

  /** It fails before any route is looked at. */
  @Test
  void aPathThatCannotBeDecodedHasAnIdLikeAllOthers() throws IOException {
    assertThat(exchange("GET /api/%zz HTTP/1.1\r\n" + HOST + "Connection: close\r\n" + END))
        .startsWith("HTTP/1.1 400 ")
        .containsIgnoringCase("x-request-id: ")
        .doesNotContain("\"request_id\":null");
  }

  static Stream<Arguments> good() {
    return Stream.of(
        arguments("plain", GET + HOST),
        arguments("host with a port", GET + "Host: localhost:54001\r\n"),
        arguments("address", GET + "Host: 127.0.0.1\r\n"),
        arguments("long address", GET + "Host: [::1]:54001\r\n"),
        arguments("capitals", GET + "HOST: LOCALHOST\r\n"),
        arguments("empty line before", "\r\n" + GET + HOST),
        arguments("absolute target", "GET http://localhost" + PATH + " HTTP/1.1\r\n" + HOST),
        arguments(
            "absolute target, same port",
            "GET http://LOCALHOST:80" + PATH + " HTTP/1.1\r\n" + HOST),
        arguments("HTTP/1.0", "GET " + PATH + " HTTP/1.0\r\n"),
        arguments("query", "GET " + PATH + "?limit=%37&include_terminal=%79 HTTP/1.1\r\n" + HOST),
        arguments("empty header", GET + HOST + "X-A:\r\n"),
        arguments("letters beyond ASCII in a value", GET + HOST + "X-A: \u00e4\r\n"),
        arguments("tab in a value", GET + HOST + "X-A: 1\t2\r\n"),
        arguments("many headers", GET + HOST + "X-A: 1\r\n".repeat(500)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("good")
  void isServed(String what, String head) throws IOException {
    assertThat(exchange(head + "Connection: close\r\n" + END)).matches("(?s)HTTP/1\\.[01] 200 .*");
  }

  @Test
  void requestsBeforeTheBadOneAreAnsweredFirst() throws IOException {
    String good = GET + HOST + END;

    String answer = exchange(good + good + GET + "Host: a b\r\n" + END + good);

    assertThat(answer.split("HTTP/1\\.1 ", -1))
        .hasSize(4)
        .satisfies(
            parts -> {
              assertThat(parts[1]).startsWith("200");
              assertThat(parts[2]).startsWith("200");
              assertThat(parts[3]).startsWith("400");
            });
  }

  @Test
  void aBadHeadIsRefusedHoweverItIsCut() throws IOException {
    String bytes = GET + "Host: x, y\r\n" + END + SMUGGLED;
    try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(20_000);
      for (byte one : bytes.getBytes(StandardCharsets.ISO_8859_1)) {
        try {
          socket.getOutputStream().write(one);
        } catch (SocketException e) {
          break; // it has been refused before it was sent whole
        }
      }
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer.split("HTTP/1\\.1 400", -1)).as(answer).hasSize(2);
    }
  }

  @Test
  void theAnswerArrivesThoughTheCallerSendsOn() throws IOException {
    String head = POST + HOST + "Content-Length: 5000000\r\nTransfer-Encoding: chunked\r\n\r\n";

    assertThat(exchange(head + "x".repeat(3_000_000))).startsWith("HTTP/1.1 400");
  }

  static Stream<Arguments> badBodies() {
    return Stream.of(
        arguments("size of letters", "xyz\r\n"),
        arguments("negative size", "-1\r\n"),
        arguments("size beyond all numbers", "fffffffffffffffff\r\n"),
        arguments("no end of a chunk", "2\r\n{}XX0\r\n\r\n"),
        arguments("line ends with LF alone", "2\n{}\r\n0\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badBodies")
  void nothingRunsBehindABrokenBody(String what, String body) throws IOException {
    gateway.jobs.calls().clear();

    String answer =
        exchange(
            "POST /api/v1/jobs HTTP/1.1\r\n"
                + HOST
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + body
                + SMUGGLED);

    assertThat(answer).startsWith("HTTP/1.1 400 ").contains("chunks of the body");
    assertThat(answer.split("HTTP/1\\.[01] \\d", -1)).as(answer).hasSize(2);
    assertThat(gateway.jobs.calls()).isEmpty();
  }

  /** All that the server says until it closes. */
  private static String exchange(String bytes) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
