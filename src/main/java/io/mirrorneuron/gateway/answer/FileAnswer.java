package io.mirrorneuron.gateway.answer;

import io.mirrorneuron.bus.RemoteReads;
import io.mirrorneuron.wire.ByteRange;
import io.mirrorneuron.wire.FileDocument;
import io.mirrorneuron.wire.FileDocument.FileFacts;
import io.mirrorneuron.wire.FileRequest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;

/**
 * Answers a file: all of it, a byte range, or 304 when the client has it already. The area names
 * the file, see {@link FileDocument}, and guarantees that its path has no links. Files that
 * programs wrote may be pages with scripts, so each gets a sandboxed origin of its own.
 */
public final class FileAnswer {
  /** Files of programs may be displayed, but must not run anything. */
  private static final PagePolicy POLICY = PagePolicy.of("sandbox", "private, no-cache");

  private final RoutingContext ctx;
  private final HttpServerResponse response;
  private final FileRequest wish;

  private FileAnswer(RoutingContext ctx) {
    this.ctx = ctx;
    this.response = ctx.response();
    this.wish = wish(ctx.request());
  }

  private static FileRequest wish(HttpServerRequest request) {
    return new FileRequest(
        request.getHeader("Range"),
        request.getHeader("If-Range"),
        request.getHeader(HttpHeaders.IF_NONE_MATCH),
        request.getHeader(HttpHeaders.IF_MODIFIED_SINCE),
        request.method() == HttpMethod.HEAD);
  }

  /**
   * Sends the file of the area's answer; fails the request when the file no longer exists.
   *
   * @param nodes read files of other nodes
   */
  public static void send(RoutingContext ctx, Buffer answer, RemoteReads nodes) {
    FileDocument document = FileDocument.read(answer.getBytes());
    if (ctx.response().closed()) { // the client has disconnected
      ctx.vertx().executeBlocking(() -> SentFile.Local.discard(document), false);
      return;
    }
    FileAnswer file = new FileAnswer(ctx);
    if (document.remote() == null) {
      ctx.vertx()
          .executeBlocking(() -> SentFile.Local.open(ctx, document), false)
          .onComplete(file::write, file::fail);
    } else {
      nodes
          .fetch(document.remote(), file.wish)
          .map(found -> new SentFile.RemoteSource(ctx, found))
          .onComplete(file::write, file::fail);
    }
  }

  private void write(SentFile file) {
    if (response.closed()) {
      file.close();
      return;
    }
    FileFacts facts = file.facts();
    headersOf(facts);
    if (wish.isKnown(facts)) {
      response.setStatusCode(304);
      finish(file);
      return;
    }
    ByteRange part = wish.part(facts);
    if (part == null) {
      response.putHeader("Content-Range", "bytes */" + facts.size());
      file.close();
      Problems.send(ctx, Problem.rangeNotSatisfiable(facts.size()));
      return;
    }
    headersOf(part, facts);
    if (wish.body(facts) == null) {
      finish(file);
    } else {
      file.send(part).onComplete(sent -> file.close(), broken -> abort(file));
    }
  }

  private void headersOf(FileFacts file) {
    response
        .putHeader("ETag", file.tag())
        .putHeader("Last-Modified", FileRequest.date(file.modified()))
        .putHeader("Accept-Ranges", "bytes");
    POLICY.apply(response);
  }

  private void headersOf(ByteRange part, FileFacts file) {
    if (part.length() < file.size()) {
      response.setStatusCode(206).putHeader("Content-Range", part.header(file.size()));
    }
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, file.contentType())
        .putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(part.length()));
    if (file.fileName() != null) {
      response.putHeader("Content-Disposition", disposition(file.fileName()));
    }
  }

  private void finish(SentFile file) {
    file.close();
    response.end();
  }

  /** The client has disconnected, or the file is shorter than announced. */
  private void abort(SentFile file) {
    file.close();
    if (!response.closed()) {
      response.reset();
    }
  }

  private void fail(Throwable cause) {
    if (cause instanceof NoSuchFileException) {
      Problems.send(ctx, Problem.notFound());
    } else {
      ctx.fail(cause);
    }
  }

  private static String disposition(String fileName) {
    String plain = fileName.replaceAll("[^ !#$&+.\\w-]", "_");
    String exact = URLEncoder.encode(fileName, StandardCharsets.UTF_8).replace("+", "%20");
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + exact.replace("*", "%2A");
  }
}
