package io.mirrorneuron.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.FileSize;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/**
 * Configures logging in code: no file search and no XML at start. In client commands, and before a
 * server has read its configuration, only warnings are logged, to stderr.
 */
public final class Logs extends ContextAwareBase implements Configurator {

  /**
   * Loggers of errors of remote peers, which these can cause at will; logged at DEBUG only, as the
   * peer gets the error.
   */
  private static final String[] OF_PEERS = {
    "io.vertx.core.net.impl.ConnectionBase", "io.vertx.core.http.impl.HttpClientConnectionInternal"
  };

  /**
   * Loggers of irrelevant library warnings: about JDK access for metrics, and about unused locks
   * and counters.
   */
  private static final String[] OF_HAZELCAST = {
    "com.hazelcast.instance.impl.HazelcastInstanceFactory", "com.hazelcast.cp.CPSubsystem"
  };

  /** For logback, which finds this class by {@code META-INF/services}. */
  public Logs() {}

  @Override
  public ExecutionStatus configure(LoggerContext loggers) {
    setUp(loggers, Level.WARN, console(loggers, Config.LogFormat.TEXT));
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** Applies the configuration: logs to stderr, and to {@code mn.log} with rotation. */
  static void forServer(Config.Log config) {
    LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
    loggers.reset();
    setUp(
        loggers,
        Level.valueOf(config.level()),
        console(loggers, config.format()),
        file(loggers, config));
  }

  @SafeVarargs
  private static void setUp(
      LoggerContext loggers, Level level, OutputStreamAppender<ILoggingEvent>... appenders) {
    var root = loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(level);
    for (OutputStreamAppender<ILoggingEvent> appender : appenders) {
      appender.start();
      root.addAppender(appender);
    }
    if (level.isGreaterOrEqual(Level.INFO)) {
      for (String chatty : new String[] {"io.netty", "io.vertx", "com.hazelcast"}) {
        loggers.getLogger(chatty).setLevel(level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN);
      }
      for (String[] silent : new String[][] {OF_PEERS, OF_HAZELCAST}) {
        for (String name : silent) {
          loggers.getLogger(name).setLevel(Level.OFF);
        }
      }
    }
  }

  private static ConsoleAppender<ILoggingEvent> console(
      LoggerContext loggers, Config.LogFormat format) {
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(loggers);
    console.setTarget("System.err");
    console.setEncoder(encoder(loggers, format));
    return console;
  }

  private static RollingFileAppender<ILoggingEvent> file(LoggerContext loggers, Config.Log config) {
    Path path = config.folder().resolve("mn.log");
    RollingFileAppender<ILoggingEvent> file = new RollingFileAppender<>();
    file.setContext(loggers);
    file.setFile(path.toString());
    file.setEncoder(encoder(loggers, config.format()));

    FixedWindowRollingPolicy rolling = new FixedWindowRollingPolicy();
    rolling.setContext(loggers);
    rolling.setParent(file);
    rolling.setFileNamePattern(path + ".%i");
    rolling.setMinIndex(1);
    rolling.setMaxIndex(Math.max(1, config.backupCount()));
    rolling.start();
    file.setRollingPolicy(rolling);

    SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
    size.setContext(loggers);
    size.setMaxFileSize(new FileSize(config.maxBytes()));
    size.start();
    file.setTriggeringPolicy(size);
    return file;
  }

  private static Encoder<ILoggingEvent> encoder(LoggerContext loggers, Config.LogFormat format) {
    if (format == Config.LogFormat.JSON) {
      HarmlessLines.JsonLines json = new HarmlessLines.JsonLines();
      json.setContext(loggers);
      json.start();
      return json;
    }
    HarmlessLines.Text lines = new HarmlessLines.Text();
    lines.setContext(loggers);
    lines.setPattern("%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level [%logger{24}] %msg%n");
    lines.start();
    LayoutWrappingEncoder<ILoggingEvent> text = new LayoutWrappingEncoder<>();
    text.setContext(loggers);
    text.setCharset(StandardCharsets.UTF_8);
    text.setLayout(lines);
    text.start();
    return text;
  }

  /**
   * Sanitises log lines against terminal escapes and forged lines: control characters become
   * question marks, and further lines of an event are indented.
   */
  static final class HarmlessLines {
    private HarmlessLines() {}

    /** For people. */
    static final class Text extends PatternLayout {
      @Override
      public String doLayout(ILoggingEvent event) {
        String lines = Output.harmless(super.doLayout(event)).stripTrailing();
        return lines.replaceAll("\n(?!\t)", "\n    ") + System.lineSeparator();
      }
    }

    /**
     * For programs: an object of {@code timestamp, level, logger, thread, message}, with {@code
     * job_id, run_id, request_id} where the message names them, and {@code error} of what was
     * thrown. JSON escapes most of it, but not the control characters above 127.
     */
    static final class JsonLines extends EncoderBase<ILoggingEvent> {
      private static final Pattern NAMED =
          Pattern.compile("(?:\\b(job|run|request) )?\\{}(?<more> of )?");

      @Override
      public byte[] headerBytes() {
        return null;
      }

      @Override
      public byte[] footerBytes() {
        return null;
      }

      @Override
      public byte[] encode(ILoggingEvent event) {
        Map<String, String> line = new LinkedHashMap<>();
        line.put("timestamp", Json.timestamp(Instant.ofEpochMilli(event.getTimeStamp())));
        line.put("level", event.getLevel().toString());
        line.put("logger", event.getLoggerName());
        line.put("thread", event.getThreadName());
        line.put("message", event.getFormattedMessage());
        addIds(event, line);
        if (event.getThrowableProxy() != null) {
          line.put("error", ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        return (Output.harmless(Json.write(line)) + '\n').getBytes(StandardCharsets.UTF_8);
      }

      /** A message of ours says {@code job {}} before the id of one; others come as pairs. */
      private static void addIds(ILoggingEvent event, Map<String, String> line) {
        Object[] arguments = event.getArgumentArray();
        Matcher named = NAMED.matcher(String.valueOf(event.getMessage()));
        for (int i = 0; arguments != null && i < arguments.length && named.find(); i++) {
          String what = named.group(1);
          boolean isPeoples = "request".equals(what) && named.group("more") != null;
          if (what != null && !isPeoples) {
            line.putIfAbsent(what + "_id", String.valueOf(arguments[i]));
          }
        }
        if (event.getKeyValuePairs() != null) {
          event.getKeyValuePairs().forEach(pair -> line.put(pair.key, String.valueOf(pair.value)));
        }
      }
    }
  }
}
