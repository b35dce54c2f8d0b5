package io.mirrorneuron.redis;

import io.mirrorneuron.config.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The files of an embedded server beside its data: configuration, process id, socket, log. */
final class RedisFolder {
  private static final Pattern PORT = Pattern.compile("(?m)^port ([1-9]\\d*)$");

  private final RedisServer.Options options;

  RedisFolder(RedisServer.Options options) {
    this.options = options;
  }

  void create() throws IOException {
    Files.createDirectories(
        options.folder(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.createDirectories(options.log().getParent());
  }

  /** A socket in this folder or, where its path is too long for one, a port. */
  RedisAddress address() throws IOException {
    Path socket = options.folder().resolve("redis.sock");
    if (RedisAddress.Unix.fits(socket)) {
      return new RedisAddress.Unix(socket);
    }
    if (options.exposure() != null) {
      return new RedisAddress.Tcp(options.exposure().host(), options.exposure().port());
    }
    Optional<RedisAddress> last = lastPort();
    return last.isPresent() ? last.get() : RedisAddress.Tcp.anyFree();
  }

  /** The port of a server that an earlier process left behind, when that server still answers. */
  private Optional<RedisAddress> lastPort() {
    try {
      Matcher port = PORT.matcher(Files.readString(configuration()));
      if (!port.find()) {
        return Optional.empty();
      }
      RedisAddress address = new RedisAddress.Tcp(Integer.parseInt(port.group(1)));
      RedisSession.brief(address, options.password().value()).close();
      return Optional.of(address);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Written anew for each start; holds the password, so only its owner may read it. */
  void writeConfiguration(RedisAddress address) throws IOException {
    Files.deleteIfExists(configuration());
    Files.createFile(
        configuration(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Secret password = options.password();
    Files.writeString(
        configuration(),
        address.configuration()
            + exposure()
            + """
            requirepass %s
            dir "%s"
            pidfile "%s"
            logfile "%s"
            daemonize yes
            set-proc-title no
            appendonly yes
            appendfsync %s
            save ""
            maxmemory-policy noeviction
            """
                .formatted(password.value(), options.folder(), pidFile(), options.log(), fsync()));
  }

  /**
   * Other machines reach it at a port besides. Nobody makes it a replica, which would drop its
   * data.
   */
  private String exposure() {
    RedisServer.Exposure open = options.exposure();
    return open == null
        ? ""
        : """
        port %d
        bind %s
        rename-command REPLICAOF ""
        rename-command SLAVEOF ""
        """
            .formatted(open.port(), open.host());
  }

  /** Whether the server that the configuration was last written for is exposed as this one is. */
  boolean isExposedAsBefore() {
    try {
      String before = Files.readString(configuration());
      return options.exposure() == null
          ? !before.contains("rename-command REPLICAOF")
          : before.contains(exposure());
    } catch (IOException e) {
      return options.exposure() == null;
    }
  }

  /** As Redis spells it. */
  String fsync() {
    return options.fsync().name().toLowerCase(Locale.ROOT);
  }

  Path configuration() {
    return options.folder().resolve("redis.conf");
  }

  Path pidFile() {
    return options.folder().resolve("redis.pid");
  }

  /** Where the bundled program is unpacked to. */
  Path programs() {
    return options.folder().resolve("bin");
  }

  /** The process that wrote the pid file; it removes it when it ends in good order. */
  OptionalLong filedPid() {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(pidFile()).trim()));
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** What the server said last, for people. */
  String lastLogLine() {
    try {
      return lastLine(Files.readString(options.log()).strip());
    } catch (IOException e) {
      return "no log was written";
    }
  }

  static String lastLine(String text) {
    return text.substring(text.lastIndexOf('\n') + 1);
  }
}
