package io.mirrorneuron.store;

import io.mirrorneuron.store.connection.RedisPipeline;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A Lua script, called by its hash; its text is sent only when the server does not know it. */
public final class Script {
  private final String text;
  private final String hash;

  private Script(String text) {
    this.text = text;
    try {
      this.hash =
          HexFormat.of()
              .formatHex(
                  MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reads a script resource beside this class, for any caller. */
  public static Script resource(String name) {
    return new Script(text(name));
  }

  /** The same, with another script as its beginning. */
  static Script resource(String beginning, String name) {
    return new Script(text(beginning) + text(name));
  }

  /** The same for a script that works on the index of jobs. */
  public static Script onIndex(String name) {
    return new Script(text("job-index.lua") + text(name));
  }

  /** The same for a script with both beginnings. */
  static Script onIndex(String beginning, String name) {
    return new Script(text("job-index.lua") + text(beginning) + text(name));
  }

  private static String text(String name) {
    try (InputStream in = Script.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Call call() {
    return new Call();
  }

  public final class Call {
    private final List<String> keys = new ArrayList<>();
    private final List<Object> arguments = new ArrayList<>();

    public Call key(String key) {
      keys.add(key);
      return this;
    }

    public Call arg(String argument) {
      arguments.add(argument);
      return this;
    }

    public Call arg(long argument) {
      return arg(Long.toString(argument));
    }

    /** Appends bytes unchanged. */
    public Call arg(byte[] argument) {
      arguments.add(Buffer.buffer(argument));
      return this;
    }

    public Future<Response> send(RedisPipelines pipelines) {
      return send(pipelines.any());
    }

    public Future<Response> send(RedisPipelines pipelines, String jobId) {
      return send(pipelines.of(jobId));
    }

    Future<Response> send(RedisPipeline pipeline) {
      return pipeline
          .send(request(Command.EVALSHA, hash))
          .recover(
              failure ->
                  String.valueOf(failure.getMessage()).startsWith("NOSCRIPT")
                      ? pipeline.send(request(Command.EVAL, text))
                      : Future.failedFuture(failure));
    }

    private Request request(Command command, String script) {
      Request request = Request.cmd(command).arg(script).arg(keys.size());
      keys.forEach(request::arg);
      for (Object argument : arguments) {
        if (argument instanceof Buffer bytes) {
          request.arg(bytes);
        } else {
          request.arg((String) argument);
        }
      }
      return request;
    }
  }
}
