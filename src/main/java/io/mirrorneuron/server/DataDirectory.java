package io.mirrorneuron.server;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code $MN_HOME}, locked for one runtime, with secrets and ids that persist across restarts. */
public final class DataDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

  /** The error when another process has the folder. */
  public static final String IN_USE = "home_in_use";

  private static final String ID = "runtime.id";

  /** File with the inode of the folder in which the id was made; detects copies of the folder. */
  private static final String INODE = "runtime.folder";

  /** File with the joined cluster and its credentials. */
  private static final String JOINED = "cluster.json";

  private final Path home;
  private final FileChannel lock;
  private final SecureRandom random;

  private DataDirectory(Path home, FileChannel lock, SecureRandom random) {
    this.home = home;
    this.lock = lock;
    this.random = random;
  }

  /** Whether a runtime has been started in this folder. */
  public static boolean wasUsed(Path home) {
    return Files.exists(home.resolve(ID));
  }

  /**
   * Creates the folder if absent, and locks it.
   *
   * @throws MnException (CONFLICT) when another process has it
   */
  public static DataDirectory lock(Path home, SecureRandom random) {
    try {
      ServerFolders.make(home);
      FileChannel channel =
          FileChannel.open(
              home.resolve("mn.lock"),
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
              SecretFile.OWNER_ONLY);
      if (!isTaken(channel)) {
        String holder = read(channel);
        channel.close();
        throw new MnException(
            ErrorCode.CONFLICT,
            IN_USE,
            "another MirrorNeuron (process %s) uses %s; stop it or give this one another --home"
                .formatted(holder, home));
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
      return new DataDirectory(home, channel, random);
    } catch (IOException e) {
      throw ServerFolders.unusableHome(home, e);
    }
  }

  /** Takes the lock; released when the channel is closed or the process ends. */
  private static boolean isTaken(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(32);
    channel.read(content, 0);
    return new String(content.array(), 0, content.position(), StandardCharsets.US_ASCII).strip();
  }

  /**
   * The configuration, completed with generated tokens from files that clients of this home read.
   */
  public Config withTokens(Config config) throws IOException {
    Config.Grpc grpc = config.grpc();
    Config.Grpc complete =
        grpc.withTokens(
            setOrKept(grpc.authToken(), "grpc_auth.token"),
            setOrKept(grpc.adminToken(), "grpc_admin.token"),
            setOrKept(grpc.joinToken(), "network.token"));
    return config.with(config.api(), complete, config.redis());
  }

  private Secret setOrKept(Secret set, String file) throws IOException {
    return set.isSet() ? set : kept(file);
  }

  private Secret kept(String file) throws IOException {
    return SecretFile.readOrMake(home.resolve(file), random);
  }

  /** Password of this folder's embedded Redis. */
  public Secret redisPassword() throws IOException {
    return kept("redis.password");
  }

  /**
   * @throws MnException (DATA_LOSS) when the file exists and cannot be read
   */
  public Optional<JoinedCluster> joined() throws IOException {
    Path file = home.resolve(JOINED);
    return Files.exists(file)
        ? Optional.of(Json.read(Files.readString(file), JoinedCluster.class, file.toString()))
        : Optional.empty();
  }

  /** Stores the joined cluster; the file is replaced atomically. */
  public void join(JoinedCluster cluster) throws IOException {
    SecretFile.write(home.resolve(JOINED), Json.write(cluster) + "\n");
  }

  public void leave() throws IOException {
    Files.deleteIfExists(home.resolve(JOINED));
  }

  /**
   * The same at every start on this folder, but different in a copy of the folder: the id marks the
   * programs of this runtime, and a copy must not end those of the original.
   */
  public String runtimeId() throws IOException {
    if (copiedId().isPresent()) {
      Files.delete(home.resolve(ID));
      LOG.warn(
          "{} is a copy of another home: it goes on with the jobs that are in it, also with those"
              + " that the other one still runs",
          home);
    }
    String id = kept(ID).value();
    if (!inode().equals(notedInode())) {
      SecretFile.write(home.resolve(INODE), inode() + "\n");
    }
    return id;
  }

  /** The id of the original folder if this is a copy, until {@link #runtimeId} replaces it. */
  public Optional<String> copiedId() throws IOException {
    Path file = home.resolve(ID);
    String noted = notedInode();
    return noted == null || noted.equals(inode()) || !Files.exists(file)
        ? Optional.empty()
        : Optional.of(Files.readString(file).strip());
  }

  private String inode() throws IOException {
    return String.valueOf(Files.getAttribute(home, "unix:ino"));
  }

  /** That of the folder for which the id was made; null when none was. */
  private String notedInode() throws IOException {
    Path noted = home.resolve(INODE);
    return Files.exists(noted) ? Files.readString(noted).strip() : null;
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
