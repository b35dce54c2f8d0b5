package io.mirrorneuron.gateway.answer;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.untrusted.OpenFile;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * An answer that is a file: all of it, a byte range, or 304 when the client has it already. The
 * area says which with {@code {path, within?, content_type, file_name?, delete_after?}}; it is
 * responsible for the path, which has no links. All names of the file lie in {@code within}, or
 * beside it. Files that programs wrote may be pages with scripts, so each is sent with a sandboxed
 * origin of its own.
 */
public final class FileAnswer {
  /** What programs wrote may be looked at, but runs nothing. */
  private static final PagePolicy POLICY = PagePolicy.of("sandbox", "private, no-cache");

  /** The JDK's own RFC 1123 format writes days below 10 with one digit. */
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final RoutingContext ctx;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Path path;
  private final JsonNode answer;

  private FileAnswer(RoutingContext ctx, JsonNode answer) {
    this.ctx = ctx;
    this.request = ctx.request();
    this.response = ctx.response();
    this.path = Path.of(answer.path("path").asText());
    this.answer = answer;
  }

  /** Sends what the area has answered; fails the request when the file is not there any more. */
  public static void send(RoutingContext ctx, Buffer answer) {
    FileAnswer file = new FileAnswer(ctx, Json.parseObject(answer.toString(), "answer"));
    if (ctx.response().closed()) { // the client did not wait for it
      ctx.vertx().executeBlocking(file::discard, false);
      return;
    }
    ctx.vertx().executeBlocking(file::open, false).onComplete(file::write, file::fail);
  }

  /** The opened file with its size at that time; bytes that are added later are not sent. */
  private record Opened(FileChannel channel, long size, Instant modified, String tag) {}

  /** Programs may have replaced the file since the area has found it. */
  private Opened open() throws IOException {
    OpenFile file =
        answer.has("within")
            ? UntrustedFiles.open(path, Path.of(answer.path("within").asText()))
            : UntrustedFiles.open(path);
    String tag =
        "\"%x-%x-%x\""
            .formatted(
                file.modified().to(TimeUnit.NANOSECONDS),
                file.size(),
                String.valueOf(file.identity()).hashCode());
    Instant modified = file.modified().toInstant().truncatedTo(ChronoUnit.SECONDS);
    return new Opened(file.channel(), file.size(), modified, tag);
  }

  private void write(Opened file) {
    if (response.closed()) {
      close(file);
      return;
    }
    headersOf(file);
    if (isKnown(file)) {
      response.setStatusCode(304);
      finish(file);
      return;
    }
    ByteRange part = wanted(file);
    if (part == null) {
      response.putHeader("Content-Range", "bytes */" + file.size());
      close(file);
      Problems.send(ctx, Problem.rangeNotSatisfiable(file.size()));
      return;
    }
    headersOf(part, file);
    if (request.method() == HttpMethod.HEAD || part.length() == 0) {
      finish(file);
    } else {
      sent(file, part).onComplete(sent -> close(file), broken -> abort(file));
    }
  }

  private Future<Void> sent(Opened file, ByteRange part) {
    return request.version() == HttpVersion.HTTP_2
        ? new ChannelPump(ctx.vertx(), file.channel(), response).send(part.from(), part.length())
        : response.sendFile(file.channel(), part.from(), part.length());
  }

  private void headersOf(Opened file) {
    response
        .putHeader("ETag", file.tag())
        .putHeader("Last-Modified", HTTP_DATE.format(file.modified()))
        .putHeader("Accept-Ranges", "bytes");
    POLICY.apply(response);
  }

  private void headersOf(ByteRange part, Opened file) {
    if (part.length() < file.size()) {
      response.setStatusCode(206).putHeader("Content-Range", part.header(file.size()));
    }
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, answer.path("content_type").asText())
        .putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(part.length()));
    if (answer.has("file_name")) {
      response.putHeader("Content-Disposition", disposition(answer.path("file_name").asText()));
    }
  }

  /** The part of the file that was asked for; null when the file has no such part. */
  private ByteRange wanted(Opened file) {
    String asked = request.method() == HttpMethod.HEAD ? null : request.getHeader("Range");
    return asked == null || !rangeApplies(file)
        ? ByteRange.whole(file.size())
        : ByteRange.of(asked, file.size());
  }

  private void finish(Opened file) {
    close(file);
    response.end();
  }

  /** The client is gone, or the file has become shorter than was promised. */
  private void abort(Opened file) {
    close(file);
    if (!response.closed()) {
      response.reset();
    }
  }

  private void close(Opened file) {
    ctx.vertx()
        .executeBlocking(
            () -> {
              file.channel().close();
              return discard();
            },
            false);
  }

  /** Deletes a file that was made for this answer alone. */
  private Void discard() throws IOException {
    if (answer.path("delete_after").asBoolean()) {
      try (OpenFolder folder = OpenFolder.at(path.getParent())) {
        folder.delete(path.getFileName().toString());
      }
    }
    return null;
  }

  private void fail(Throwable cause) {
    if (cause instanceof NoSuchFileException) {
      Problems.send(ctx, Problem.notFound());
    } else {
      ctx.fail(cause);
    }
  }

  private boolean isKnown(Opened file) {
    String tags = request.getHeader("If-None-Match");
    if (tags != null) {
      return Arrays.stream(tags.split(","))
          .map(tag -> tag.strip().replaceFirst("^W/", ""))
          .anyMatch(tag -> tag.equals("*") || tag.equals(file.tag()));
    }
    Instant since = date(request.getHeader("If-Modified-Since"));
    return since != null && !file.modified().isAfter(since);
  }

  /** Whether the range applies to the file as it is now: {@code If-Range} is absent or matches. */
  private boolean rangeApplies(Opened file) {
    String condition = request.getHeader("If-Range");
    return condition == null
        || condition.equals(file.tag())
        || file.modified().equals(date(condition));
  }

  private static Instant date(String header) {
    try {
      return header == null ? null : HTTP_DATE.parse(header, Instant::from);
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static String disposition(String fileName) {
    String plain = fileName.replaceAll("[^ !#$&+.\\w-]", "_");
    String exact = URLEncoder.encode(fileName, StandardCharsets.UTF_8).replace("+", "%20");
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + exact.replace("*", "%2A");
  }
}
